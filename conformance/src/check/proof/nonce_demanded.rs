//! A client recovers from a nonce only if it is told the next one.

use super::{Bound, bound, with_proof};
use crate::check::{Area, Check, Run};
use crate::probe::{BankProbe, Judgement, Trouble, judged};
use crate::verdict::{Finding, Verdict};

pub(super) static CHECK: Check = Check {
    slug: "nonce-demanded",
    ids: &["N44"],
    title: "where nonces are demanded, a stale one is answered with a fresh one",
    source: "RFC 9449 §8, §9",
    advice: "Answer a wrong or old nonce with `use_dpop_nonce` and a fresh `DPoP-Nonce`, never with `invalid_dpop_proof`.",
    area: Area::Authorization,
    params: &[],
    run: Run::Bank(|bank| judged(run(bank))),
};

async fn run(bank: &BankProbe) -> Judgement {
    let Bound { token, url } = bound(bank).await?;
    let proof = bank.proof("GET", &url, Some(&token));
    if proof.claims.get("nonce").is_none() {
        return Err(Trouble::Unobservable("the resource server demands no nonces".to_owned()));
    }
    let stale = bank.signed(&proof.claiming("nonce", bank.fresh("nonce")));
    let reply = bank.send(with_proof(&url, &token, &stale)).await?;
    let challenge = reply.header("www-authenticate").unwrap_or_default();
    let is_right =
        reply.status() == 401 && challenge.contains("use_dpop_nonce") && reply.header("dpop-nonce").is_some();
    let mut findings = Vec::new();
    if !is_right {
        let what = format!(
            "a nonce the server never gave was answered {} ({challenge}); 401 use_dpop_nonce with `DPoP-Nonce` is due",
            reply.status()
        );
        findings.push(Finding::new(what).with(reply.evidence()));
    }
    Ok(Verdict::from_findings(findings, "a strange nonce answered with a fresh one"))
}
