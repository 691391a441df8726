//! What a stranger registers is what account holders are sent to later.

use super::{REDIRECT, registering};
use crate::check::{Area, Check, Run};
use crate::flow::expect_oauth_error;
use crate::flow::jose::Signer;
use crate::probe::{BankProbe, Judgement, judged};
use crate::verdict::Verdict;

pub(super) static CHECK: Check = Check {
    slug: "registration-checked",
    ids: &["N71", "N04"],
    title: "metadata and software statements that are wrong are not registered",
    source: "RFC 7591 §2, §3.2.2",
    advice: "Refuse a wrong redirect URI (`invalid_redirect_uri`), wrong metadata, and every statement that is not signed by a trusted directory.",
    area: Area::Authorization,
    params: &[],
    run: Run::Bank(|bank| judged(run(bank))),
};

const STATEMENT: &[&str] = &["invalid_software_statement", "unapproved_software_statement"];

async fn run(bank: &BankProbe) -> Judgement {
    let now = bank.bank_now().as_second();
    let claims = serde_json::json!({
        "iss": "a directory nobody knows", "iat": now, "exp": now + 300, "software_id": "s", "redirect_uris": [REDIRECT],
    });
    let forged = Signer::generate().sign(&serde_json::json!({"alg": "ES256", "kid": "1"}), &claims);
    let uris = &["invalid_redirect_uri", "invalid_client_metadata"][..];
    let key = r#"{"kty":"EC","crv":"P-256","x":"AA","y":"AA","d":"AA"}"#;
    let wrong = [
        ("with a fragment in a redirect URI", format!(r#"{{"redirect_uris":["{REDIRECT}#x"]}}"#), uris),
        ("with a script as redirect URI", r#"{"redirect_uris":["javascript:alert(1)"]}"#.to_owned(), uris),
        ("with a document as redirect URI", r#"{"redirect_uris":["data:text/html,x"]}"#.to_owned(), uris),
        (
            "with a private key",
            format!(
                r#"{{"redirect_uris":["{REDIRECT}"],"token_endpoint_auth_method":"private_key_jwt","jwks":{{"keys":[{key}]}}}}"#
            ),
            &["invalid_client_metadata"][..],
        ),
        (
            "for a method nobody knows",
            format!(r#"{{"redirect_uris":["{REDIRECT}"],"token_endpoint_auth_method":"magic"}}"#),
            &["invalid_client_metadata"][..],
        ),
        (
            "with the statement of a directory nobody knows",
            format!(r#"{{"redirect_uris":["{REDIRECT}"],"software_statement":"{forged}"}}"#),
            STATEMENT,
        ),
        (
            "with a statement that is no JWT",
            format!(r#"{{"redirect_uris":["{REDIRECT}"],"software_statement":"x"}}"#),
            STATEMENT,
        ),
        ("that is no JSON", "{".to_owned(), &["invalid_client_metadata", "invalid_request"][..]),
    ];
    let mut findings = Vec::new();
    for (what, body, codes) in &wrong {
        let reply = registering(bank, body).await?;
        // A server that registers nobody without a statement, a certificate or a token says so first.
        let first = ["invalid_software_statement", "invalid_client", "invalid_token", "access_denied"];
        let codes: Vec<&str> = codes.iter().copied().chain(first).collect();
        findings.extend(expect_oauth_error(&reply, &[400, 401, 403], &codes, &format!("a registration {what}")));
    }
    Ok(Verdict::from_findings(findings, format!("{} wrong registrations refused", wrong.len())))
}
