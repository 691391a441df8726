//! A code is for the redirect it comes with, not for the logs it is found in later.

use std::time::Duration;

use crate::check::{Area, Check, Run};
use crate::flow::expect_oauth_error;
use crate::http::Reply;
use crate::probe::{BankProbe, Judgement, Trouble, judged};
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

/// How long codes live: a minute by FAPI 2.0, which most servers follow, ten by RFC 6749.
const MINUTE: Duration = Duration::from_secs(60);
const LONGEST: Duration = Duration::from_secs(600);

async fn run(bank: &BankProbe) -> Judgement {
    if bank.target.control.is_none() {
        return Err(Trouble::Unobservable("waiting takes minutes, and this bank's time is real".to_owned()));
    }
    let short = redeemed_after(bank, MINUTE).await?;
    // Where it may live longer it is given the time, and only there: what else is judged should not wait ten minutes.
    let (age, reply) = match short.is_success() && !bank.metadata().await?.requires_push {
        true => (LONGEST, redeemed_after(bank, LONGEST).await?),
        false => (MINUTE, short),
    };
    let what = format!("a code {} s old", age.as_secs() + 1);
    let finding = expect_oauth_error(&reply, &[400], &["invalid_grant"], &what);
    Ok(Verdict::from_findings(finding.into_iter().collect(), format!("refused after {} s", age.as_secs())))
}

/// The answer to a fresh code that is kept longer than this.
async fn redeemed_after(bank: &BankProbe, age: Duration) -> Result<Reply, Trouble> {
    let authorization = bank.authorization(bank.scopes()).await?;
    let code = bank.code(&authorization).await?;
    bank.wait(age + Duration::from_secs(1)).await?;
    bank.redeem(&authorization, &code).await
}
