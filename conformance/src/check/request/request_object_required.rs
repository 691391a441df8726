//! Where requests are signed, one that is not is anybody's.

use crate::check::{Area, Check, Run};
use crate::flow::expect_oauth_error;
use crate::probe::{BankProbe, Judgement, Trouble, judged};
use crate::verdict::Verdict;

pub(super) static CHECK: Check = Check {
    slug: "request-object-required",
    ids: &["N50"],
    title: "where signed requests are demanded, a plain one is refused",
    source: "RFC 9101 §10.5; FAPI 2.0 Message Signing §5.3.1",
    advice: "Refuse a push without `request` with `invalid_request` where `require_signed_request_object` is true.",
    area: Area::Authorization,
    params: &[],
    run: Run::Bank(|bank| judged(run(bank))),
};

async fn run(bank: &BankProbe) -> Judgement {
    if !bank.metadata().await?.requires_signed_requests {
        return Err(Trouble::Unobservable("the server demands no signed requests".to_owned()));
    }
    // Nothing else is wrong with it: where requests are signed, so are answers.
    let plain = bank.authorization(bank.scopes()).await?.with("response_mode", "jwt");
    let reply = bank.push(&plain).await?;
    let codes = ["invalid_request", "invalid_request_object"];
    let finding = expect_oauth_error(&reply, &[400], &codes, "a push that is not signed");
    Ok(Verdict::from_findings(finding.into_iter().collect(), "a plain push refused"))
}
