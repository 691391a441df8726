//! It is what support asks for first.

use crate::check::{Area, Check, Run};
use crate::http::Request;
use crate::probe::{BankProbe, Judgement, judged};
use crate::verdict::{Finding, Verdict};

pub(super) static CHECK: Check = Check {
    slug: "request-id-echoed",
    ids: &[],
    title: "the request id comes back, and is made where there was none",
    source: "docs/generic-api.md",
    advice: "Echo `x-request-id` on every answer, failures included; make one if the request had none.",
    area: Area::Errors,
    params: &[],
    run: Run::Bank(|bank| judged(run(bank))),
};

async fn run(bank: &BankProbe) -> Judgement {
    let mut findings = Vec::new();
    for path in ["/accounts", "/no-such-path"] {
        let id = bank.fresh("request");
        let reply = bank.ask(Request::get(bank.url(path)).header("x-request-id", &id)).await?;
        if reply.header("x-request-id") != Some(&id) {
            let said = reply.header("x-request-id").unwrap_or("nothing");
            let what = format!("GET {path} with x-request-id `{id}` came back with `{said}`");
            findings.push(Finding::new(what).with(reply.evidence().at("header x-request-id")));
        }
        let reply = bank.ask(Request::get(bank.url(path))).await?;
        if reply.header("x-request-id").is_none_or(str::is_empty) {
            let what = format!("GET {path} without x-request-id came back without one");
            findings.push(Finding::new(what).with(reply.evidence()));
        }
    }
    Ok(Verdict::from_findings(findings, "echoed and made, on an answer and on a refusal"))
}
