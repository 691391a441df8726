//! A request that refers to a request has no end.

use crate::check::{Area, Check, Run};
use crate::flow::expect_oauth_error;
use crate::probe::{BankProbe, Judgement, judged};
use crate::verdict::Verdict;

pub(super) static CHECK: Check = Check {
    slug: "push-flat",
    ids: &["N13"],
    title: "a pushed request refers to no other",
    source: "RFC 9126 §2.1",
    advice: "Refuse a push that has `request_uri` in it with `invalid_request`.",
    area: Area::Authorization,
    params: &[],
    run: Run::Bank(|bank| judged(run(bank))),
};

async fn run(bank: &BankProbe) -> Judgement {
    let nested =
        bank.authorization(bank.scopes()).await?.with("request_uri", "urn:ietf:params:oauth:request_uri:other");
    let reply = bank.push(&nested).await?;
    let codes = ["invalid_request", "invalid_request_object", "invalid_request_uri", "request_uri_not_supported"];
    let finding = expect_oauth_error(&reply, &[400], &codes, "a push with `request_uri` in it");
    Ok(Verdict::from_findings(finding.into_iter().collect(), "refused"))
}
