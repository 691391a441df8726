//! A refusal without a wait is answered with more calls.

use super::{Burst, burst};
use crate::check::{Area, Check, Run};
use crate::probe::{BankProbe, Judgement, expect_problem, judged, told_to_wait};
use crate::verdict::{Finding, Verdict};

pub(super) static CHECK: Check = Check {
    slug: "throttling-answered",
    ids: &["J4"],
    title: "too many calls are answered 429 with the wait",
    source: "RFC 6585 §4; RFC 9110 §10.2.3; docs/generic-api.md (failures)",
    advice: "Answer 429 `rate_limit_exceeded` with `Retry-After` in whole seconds, at least 1, as soon as the limit is used up.",
    area: Area::Limits,
    params: &[],
    run: Run::Bank(|bank| judged(run(bank))),
};

async fn run(bank: &BankProbe) -> Judgement {
    let (refusal, calls) = match burst(bank).await? {
        Burst::Refused { reply, calls } => (reply, calls),
        Burst::Endless { calls } => return Ok(Verdict::inconclusive(format!("{calls} calls were all answered"))),
    };
    let mut findings: Vec<Finding> =
        expect_problem(&refusal, &[429], &["rate_limit_exceeded", "quota_exceeded"], "a call beyond the limit")
            .into_iter()
            .collect();
    if told_to_wait(&refusal).is_none_or(|wait| wait.is_zero()) {
        let said = refusal.header("retry-after").unwrap_or("nothing");
        let what = format!("the 429 says `{said}` for Retry-After; at least one whole second is due");
        findings.push(Finding::new(what).with(refusal.evidence().at("header Retry-After")));
    }
    let wait = refusal.header("retry-after").unwrap_or_default();
    Ok(Verdict::from_findings(findings, format!("refused at call {calls}, Retry-After: {wait}")))
}
