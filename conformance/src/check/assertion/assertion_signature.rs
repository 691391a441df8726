//! The algorithm and the key are the verifier's choice, never the attacker's.

use serde_json::json;

use super::{key_of_client, sending};
use crate::check::{Area, Check, Run};
use crate::flow::expect_oauth_error;
use crate::flow::jose::{self, Signer};
use crate::probe::{BankProbe, Judgement, judged};
use crate::verdict::Verdict;

pub(super) static CHECK: Check = Check {
    slug: "assertion-signature",
    ids: &["N34", "N69"],
    title: "an assertion that the client's key did not sign is refused",
    source: "RFC 7523 §3; RFC 8725 §3.1",
    advice: "Verify with a registered key of the client and an algorithm of your list; never use a key or an address out of the header.",
    area: Area::Authorization,
    params: &[],
    run: Run::Bank(|bank| judged(run(bank))),
};

async fn run(bank: &BankProbe) -> Judgement {
    let (client, key) = key_of_client(bank)?;
    let id = &client.client_id;
    let kid = key.key_id.clone();
    let stranger = Signer::generate();
    let header = |alg: &str| match &kid {
        Some(kid) => json!({"typ": "JWT", "alg": alg, "kid": kid}),
        None => json!({"typ": "JWT", "alg": alg}),
    };
    let mut with_jwk = header("ES256");
    with_jwk["jwk"] = stranger.jwk();
    let mut with_jku = header("ES256");
    with_jku["jku"] = "http://127.0.0.1:9/keys".into();
    let mut traversing = header("ES256");
    traversing["kid"] = "../../../../dev/null".into();
    let forged = [
        ("not signed (`alg` none)", jose::unsigned(&header("none"), &bank.assertion(id).await?)),
        ("signed with a secret (HS256)", jose::with_hmac(&header("HS256"), &bank.assertion(id).await?, id.as_bytes())),
        ("signed with a stranger's key", stranger.sign(&header("ES256"), &bank.assertion(id).await?)),
        ("that brings its own key (`jwk`)", stranger.sign(&with_jwk, &bank.assertion(id).await?)),
        ("that says where its key is (`jku`)", stranger.sign(&with_jku, &bank.assertion(id).await?)),
        ("whose `kid` is a path", stranger.sign(&traversing, &bank.assertion(id).await?)),
    ];
    let mut findings = Vec::new();
    for (what, assertion) in &forged {
        let reply = sending(bank, id, assertion).await?;
        let what = format!("an assertion {what}");
        findings.extend(expect_oauth_error(&reply, &[401, 400], &["invalid_client"], &what));
    }
    Ok(Verdict::from_findings(findings, format!("{} forged assertions refused", forged.len())))
}
