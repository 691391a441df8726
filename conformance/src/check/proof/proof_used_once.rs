//! Whoever saw a proof must not be able to use it again.

use super::{Bound, bound, with_proof};
use crate::check::{Area, Check, Run};
use crate::probe::{BankProbe, Judgement, Trouble, judged};
use crate::verdict::{Finding, Verdict};

pub(super) static CHECK: Check = Check {
    slug: "proof-used-once",
    ids: &["N42"],
    title: "a proof is used once",
    source: "RFC 9449 §11.1",
    advice: "Remember `jti` for as long as a proof is good, and refuse a second use.",
    area: Area::Authorization,
    params: &[],
    run: Run::Bank(|bank| judged(run(bank))),
};

async fn run(bank: &BankProbe) -> Judgement {
    let Bound { token, url } = bound(bank).await?;
    let proof = bank.signed(&bank.proof("GET", &url, Some(&token)));
    let first = bank.send(with_proof(&url, &token, &proof)).await?;
    if !first.is_success() {
        return Err(Trouble::Unobservable(format!("a right proof was refused: {}", first.exchange)));
    }
    let second = bank.send(with_proof(&url, &token, &proof)).await?;
    let mut findings = Vec::new();
    if !matches!(second.status(), 400 | 401) {
        let what = format!("a proof was answered {} the second time; 401 is due", second.status());
        findings.push(Finding::new(what).with(first.evidence()).with(second.evidence()));
    }
    Ok(Verdict::from_findings(findings, "the second use refused"))
}
