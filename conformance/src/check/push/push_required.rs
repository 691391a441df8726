//! A request in the browser can be read and changed by the browser.

use crate::check::authorization::expect_error;
use crate::check::{Area, Check, Run};
use crate::probe::{BankProbe, Judgement, Trouble, judged};
use crate::verdict::Verdict;

pub(super) static CHECK: Check = Check {
    slug: "push-required",
    ids: &["N07"],
    title: "where pushed requests are demanded, a plain authorization request is refused",
    source: "RFC 9126 §4, §5; FAPI 2.0 Security Profile §5.3.2.2",
    advice: "Refuse an authorization request without `request_uri` with `invalid_request`, on a page or by redirect.",
    area: Area::Authorization,
    params: &[],
    run: Run::Bank(|bank| judged(run(bank))),
};

async fn run(bank: &BankProbe) -> Judgement {
    if !bank.metadata().await?.requires_push {
        return Err(Trouble::Unobservable("the server demands no pushed authorization requests".to_owned()));
    }
    let plain = bank.authorization(bank.scopes()).await?;
    let landing = bank.authorize_unpushed(&plain).await?;
    let finding = expect_error(&landing, &["invalid_request"], "an authorization request that was not pushed");
    Ok(Verdict::from_findings(finding.into_iter().collect(), "a plain request refused"))
}
