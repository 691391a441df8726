//! A server that tells them apart tells which clients it has.

use crate::check::{Area, Check, Run};
use crate::flow::with_basic;
use crate::http::Request;
use crate::probe::{BankProbe, Judgement, judged};
use crate::verdict::{Finding, Verdict};

pub(super) static CHECK: Check = Check {
    slug: "unknown-client-indistinct",
    ids: &["N82"],
    title: "an unknown client is refused in the same words as a wrong secret",
    source: "RFC 6749 §5.2; house",
    advice: "Answer an unknown client id and a wrong credential with the same status, error and description.",
    area: Area::Authorization,
    params: &[],
    run: Run::Bank(|bank| judged(run(bank))),
};

async fn run(bank: &BankProbe) -> Judgement {
    let known = bank.registration()?.client_id.clone();
    let url = bank.metadata().await?.token_endpoint.clone();
    let form = [("grant_type", "client_credentials")];
    let refused = async |client_id: &str| {
        bank.send(with_basic(Request::post(&url).form(form), client_id, &bank.fresh("secret"))).await
    };
    let (wrong, unknown) = (refused(&known).await?, refused(&bank.fresh("client")).await?);
    let mut findings = Vec::new();
    if (wrong.status(), wrong.text()) != (unknown.status(), unknown.text()) {
        let what = "a wrong secret and an unknown client are answered differently";
        findings.push(Finding::new(what).with(wrong.evidence()).with(unknown.evidence()));
    }
    Ok(Verdict::from_findings(findings, format!("both answered {}", wrong.status())))
}
