//! `Allow` is mandatory in a 405 and often forgotten.

use crate::check::{Area, Check, Run};
use crate::http::Request;
use crate::probe::{BankProbe, Judgement, expect_problem, judged};
use crate::verdict::{Finding, Verdict};

pub(super) static CHECK: Check = Check {
    slug: "method-not-allowed",
    ids: &[],
    title: "a method the resource does not have is answered 405 with Allow",
    source: "RFC 9110 §15.5.6, §10.2.1",
    advice: "Answer with 405 and list the methods of the resource in `Allow`.",
    area: Area::Errors,
    params: &[],
    run: Run::Bank(|bank| judged(run(bank))),
};

async fn run(bank: &BankProbe) -> Judgement {
    let reply = bank.ask(Request::new("DELETE", bank.url("/accounts"))).await?;
    let mut findings: Vec<Finding> =
        expect_problem(&reply, &[405], &["method_not_allowed"], "DELETE /accounts").into_iter().collect();
    let allowed = reply.header("allow").unwrap_or("");
    if findings.is_empty() && !allowed.split(',').any(|method| method.trim() == "GET") {
        let what = format!("the 405 lists `{allowed}` in Allow; GET is due among them");
        findings.push(Finding::new(what).with(reply.evidence().at("header Allow")));
    }
    Ok(Verdict::from_findings(findings, format!("405, Allow: {allowed}")))
}
