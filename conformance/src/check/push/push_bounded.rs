//! What a server keeps until somebody logs in must be small.

use crate::check::{Area, Check, Run};
use crate::probe::{BankProbe, Judgement, judged};
use crate::verdict::{Finding, Verdict};

pub(super) static CHECK: Check = Check {
    slug: "push-bounded",
    ids: &["N16", "N52"],
    title: "a push of a megabyte is refused",
    source: "RFC 9126 §2.3; RFC 9110 §15.5.14",
    advice: "Bound the body of a push and answer a larger one with 413 (or 400) at once.",
    area: Area::Authorization,
    params: &[],
    run: Run::Bank(|bank| judged(run(bank))),
};

/// Length of the parameter that is too long.
const TOO_LONG: usize = 1_500_000;

async fn run(bank: &BankProbe) -> Judgement {
    let huge = bank.authorization(bank.scopes()).await?.with("state", "x".repeat(TOO_LONG));
    let reply = bank.push(&huge).await?;
    let mut findings = Vec::new();
    if !matches!(reply.status(), 400 | 413) {
        let what = format!("a push of {TOO_LONG} bytes was answered {}; 413 or 400 is due", reply.status());
        findings.push(Finding::new(what).with(reply.evidence()));
    }
    Ok(Verdict::from_findings(findings, format!("answered {}", reply.status())))
}
