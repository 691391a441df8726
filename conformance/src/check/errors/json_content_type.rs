//! A client that trusts the media type must be able to.

use crate::check::{Area, Check, Run};
use crate::probe::{BankProbe, Judgement, judged};
use crate::verdict::{Finding, Verdict};

pub(super) static CHECK: Check = Check {
    slug: "json-content-type",
    ids: &[],
    title: "JSON answers say application/json",
    source: "RFC 8259 §11; RFC 9110 §8.3",
    advice: "Send `Content-Type: application/json` with every JSON document.",
    area: Area::Errors,
    params: &[],
    run: Run::Bank(|bank| judged(run(bank))),
};

async fn run(bank: &BankProbe) -> Judgement {
    let account = bank.any_account().await?;
    let paths = [
        "/accounts".to_owned(),
        format!("/accounts/{account}"),
        format!("/accounts/{account}/balances"),
        format!("/accounts/{account}/transactions"),
    ];
    let mut findings = Vec::new();
    for path in &paths {
        let reply = bank.get(path).await?;
        let media_type = reply.media_type().unwrap_or_default();
        if reply.is_success() && media_type != "application/json" {
            let what = format!("GET {path} is of type `{media_type}`; application/json is due");
            findings.push(Finding::new(what).with(reply.evidence().at("header Content-Type")));
        }
    }
    Ok(Verdict::from_findings(findings, format!("{} resources", paths.len())))
}
