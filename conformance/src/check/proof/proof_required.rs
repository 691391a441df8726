//! Without the proof a bound token would be a bearer token.

use super::{Bound, bound};
use crate::check::{Area, Check, Run};
use crate::http::Request;
use crate::probe::{BankProbe, Judgement, judged};
use crate::verdict::{Finding, Verdict};

pub(super) static CHECK: Check = Check {
    slug: "proof-required",
    ids: &["N40"],
    title: "tokens that are bound to a key are given and used with a proof only",
    source: "RFC 9449 §5, §7",
    advice: "Answer a token request without a proof with `invalid_dpop_proof` (400), and a resource request without one with 401.",
    area: Area::Authorization,
    params: &[],
    run: Run::Bank(|bank| judged(run(bank))),
};

async fn run(bank: &BankProbe) -> Judgement {
    let Bound { token, url } = bound(bank).await?;
    let request = Request::get(url).header("authorization", format!("DPoP {token}"));
    let reply = bank.send(request).await?;
    let mut findings = Vec::new();
    if reply.status() != 401 {
        let what = format!("a bound token without a proof was answered {}; 401 is due", reply.status());
        findings.push(Finding::new(what).with(reply.evidence()));
    }
    Ok(Verdict::from_findings(findings, "a token without its proof refused"))
}
