//! A code is for the redirect it comes with, not for the logs it is found in later.

use std::time::Duration;

use crate::check::{Area, Check, Run};
use crate::flow::expect_oauth_error;
use crate::probe::{ALL_SCOPES, BankProbe, Judgement, Trouble, judged};
use crate::verdict::Verdict;

pub(super) static CHECK: Check = Check {
    slug: "code-expires",
    ids: &["N25"],
    title: "a code is of no use after ten minutes, under FAPI 2.0 after one",
    source: "RFC 6749 §4.1.2; FAPI 2.0 Security Profile §5.3.2.2",
    advice: "Let codes live a minute, and answer a later redemption with `invalid_grant` (400).",
    area: Area::Authorization,
    params: &[],
    run: Run::Bank(|bank| judged(run(bank))),
};

/// How long a code may live at most.
const RECOMMENDED: Duration = Duration::from_secs(600);
const FAPI2: Duration = Duration::from_secs(60);

async fn run(bank: &BankProbe) -> Judgement {
    if bank.target.control.is_none() {
        return Err(Trouble::Unobservable("waiting takes minutes, and this bank's time is real".to_owned()));
    }
    let longest = if bank.metadata().await?.requires_push { FAPI2 } else { RECOMMENDED };
    let authorization = bank.authorization(ALL_SCOPES).await?;
    let code = bank.code(&authorization).await?;
    bank.wait(longest + Duration::from_secs(1)).await?;
    let reply = bank.redeem(&authorization, &code).await?;
    let what = format!("a code {} s old", longest.as_secs() + 1);
    let finding = expect_oauth_error(&reply, &[400], &["invalid_grant"], &what);
    Ok(Verdict::from_findings(finding.into_iter().collect(), format!("refused after {} s", longest.as_secs())))
}
