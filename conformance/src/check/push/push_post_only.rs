//! A router that takes every method takes the ones nobody thought of.

use crate::check::{Area, Check, Run};
use crate::http::Request;
use crate::probe::{BankProbe, Judgement, judged};
use crate::verdict::{Finding, Verdict};

pub(super) static CHECK: Check = Check {
    slug: "push-post-only",
    ids: &["N15"],
    title: "pushed requests come by POST and nothing else",
    source: "RFC 9126 §2.1; RFC 9110 §15.5.6",
    advice: "Answer other methods at the endpoint for pushed requests with 405.",
    area: Area::Authorization,
    params: &[],
    run: Run::Bank(|bank| judged(run(bank))),
};

async fn run(bank: &BankProbe) -> Judgement {
    let endpoint = bank.push_endpoint().await?;
    let mut findings = Vec::new();
    for method in ["GET", "PUT"] {
        let reply = bank.send(Request::new(method, &endpoint)).await?;
        if reply.status() != 405 {
            let what =
                format!("{method} at the endpoint for pushed requests was answered {}; 405 is due", reply.status());
            findings.push(Finding::new(what).with(reply.evidence()));
        }
    }
    Ok(Verdict::from_findings(findings, "GET and PUT refused"))
}
