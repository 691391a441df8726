//! The code of one client in the hands of another is the mix-up attack.

use crate::check::{Area, Check, Run};
use crate::flow::expect_oauth_error;
use crate::probe::{BankProbe, Judgement, judged};
use crate::verdict::Verdict;

pub(super) static CHECK: Check = Check {
    slug: "code-bound-to-client",
    ids: &["N26"],
    title: "a code is of no use to another client",
    source: "RFC 6749 §4.1.3",
    advice: "Refuse a code that was given to another client with `invalid_grant`, and leave it to its owner.",
    area: Area::Authorization,
    params: &[],
    run: Run::Bank(|bank| judged(run(bank))),
};

async fn run(bank: &BankProbe) -> Judgement {
    let other = bank.other_registration()?;
    let authorization = bank.authorization(bank.scopes()).await?;
    let code = bank.code(&authorization).await?;
    let url = bank.metadata().await?.token_endpoint.clone();
    let reply = bank.authenticated_as(other, url, authorization.redemption(&code)).await?;
    let finding = expect_oauth_error(&reply, &[400], &["invalid_grant"], "a code redeemed by another client");
    Ok(Verdict::from_findings(finding.into_iter().collect(), "another client refused"))
}
