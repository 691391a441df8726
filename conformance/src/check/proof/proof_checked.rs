//! A proof proves as much as is checked of it.

use crate::check::{Area, Check, Run};
use serde_json::{Value, json};

use super::{Bound, bound, with_proof};
use crate::flow::jose::{self, Signer};
use crate::probe::{BankProbe, Judgement, judged};
use crate::verdict::{Finding, Verdict};

pub(super) static CHECK: Check = Check {
    slug: "proof-checked",
    ids: &["N41"],
    title: "a proof that is wrong in any part is refused",
    source: "RFC 9449 §4.3, §7.1",
    advice: "Check every point of RFC 9449 §4.3, and answer 401 with `invalid_dpop_proof`.",
    area: Area::Authorization,
    params: &[],
    run: Run::Bank(|bank| judged(run(bank))),
};

async fn run(bank: &BankProbe) -> Judgement {
    let Bound { token, url } = bound(bank).await?;
    let right = || bank.proof("GET", &url, Some(&token));
    let stranger = Signer::generate();
    let private = {
        let mut jwk = bank.proof_key().jwk();
        jwk["d"] = json!("AAAA");
        jwk
    };
    let unsigned = right().heading("alg", "none");
    let wrong = [
        ("of another type", bank.signed(&right().heading("typ", "jwt"))),
        ("without a type", bank.signed(&right().heading("typ", Value::Null))),
        ("without a key", bank.signed(&right().heading("jwk", Value::Null))),
        ("with a private key in it", bank.signed(&right().heading("jwk", private))),
        ("signed with another key", stranger.sign(&right().header, &right().claims)),
        ("of a stranger's key", stranger.sign(&right().heading("jwk", stranger.jwk()).header, &right().claims)),
        ("that is not signed (`alg` none)", jose::unsigned(&unsigned.header, &unsigned.claims)),
        ("that says RS256", bank.signed(&right().heading("alg", "RS256"))),
        ("without `jti`", bank.signed(&right().claiming("jti", Value::Null))),
        ("without `iat`", bank.signed(&right().claiming("iat", Value::Null))),
        ("without `htm`", bank.signed(&right().claiming("htm", Value::Null))),
        ("without `htu`", bank.signed(&right().claiming("htu", Value::Null))),
        ("without `ath`", bank.signed(&right().claiming("ath", Value::Null))),
        ("for another method", bank.signed(&right().claiming("htm", "POST"))),
        ("for another address", bank.signed(&right().claiming("htu", format!("{url}/other")))),
        ("for another token", bank.signed(&right().claiming("ath", jose::digest("another")))),
        ("that is no JWT", "proof".to_owned()),
    ];
    let mut findings = Vec::new();
    for (what, proof) in &wrong {
        let reply = bank.send(with_proof(&url, &token, proof)).await?;
        if !matches!(reply.status(), 400 | 401) {
            let what = format!("a proof {what} was answered {}; 401 is due", reply.status());
            findings.push(Finding::new(what).with(reply.evidence()));
        }
    }
    let doubled = with_proof(&url, &token, &bank.signed(&right())).header("dpop", bank.signed(&right()));
    let reply = bank.send(doubled).await?;
    if !matches!(reply.status(), 400 | 401) {
        let what = format!("two proofs at once were answered {}; 401 is due", reply.status());
        findings.push(Finding::new(what).with(reply.evidence()));
    }
    Ok(Verdict::from_findings(findings, format!("{} wrong proofs refused", wrong.len() + 1)))
}
