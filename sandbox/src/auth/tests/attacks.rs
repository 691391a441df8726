//! Attacks on the rules about keys, certificates, pushed and signed requests: what each lets through when it is off.

use std::time::Duration;

use serde_json::{Value, json};

use super::bench::{BASE, CALLBACK, VERIFIER, basic, changed, encode};
use super::tpp::{ID, Tpp, certificate, key, merged};
use crate::auth::{AuthMethod, NewClient, NoncePolicy, Security, SecurityProfile, Sender, Variant};

/// An attack; `true` if it succeeded.
pub(super) type Attack = fn(Tpp) -> bool;

const PLAIN: SecurityProfile = SecurityProfile::Plain;
const FAPI1: SecurityProfile = SecurityProfile::Fapi1Advanced;
const FAPI2: SecurityProfile = SecurityProfile::Fapi2Security;
const SIGNED: SecurityProfile = SecurityProfile::Fapi2MessageSigning;

/// A rule, a profile it belongs to, and the attack it stops there.
pub(super) const ON_KEYS: &[(&str, SecurityProfile, Attack)] = &[
    ("assertion-audience-issuer", FAPI2, |tpp| {
        let assertion = tpp.assertion(json!({"aud": [BASE]}));
        tpp.redeem(&tpp.code(), &[("client_assertion", &assertion)]).status == 200
    }),
    ("bound-certificate", FAPI1, |mut tpp| {
        let token = by_value(&tpp, json!({}));
        tpp.bench.certificate = Some(certificate("thief"));
        tpp.call(&format!("Bearer {token}"), &[]).status == 200
    }),
    ("bound-key", FAPI2, |tpp| tpp.call(&format!("Bearer {}", tpp.token()), &[]).status == 200),
    ("client-certificate", PLAIN, |mut tpp| {
        let (client_id, auth_methods) = (Some("tls".to_owned()), vec![AuthMethod::SelfSignedTlsClientAuth]);
        let jwks = Some(json!({"keys": [tpp.key.public()]}).to_string());
        tpp.bench.register(NewClient { client_id, auth_methods, jwks, ..NewClient::default() });
        tpp.bench.certificate = Some(certificate("thief"));
        let form = [("grant_type", "client_credentials"), ("client_id", "tls")];
        tpp.bench.post("/oauth/token", &[], &form).status == 200
    }),
    ("code-key", FAPI2, |tpp| {
        let named = tpp.pushed(&[("dpop_jkt", tpp.dpop.public().kid())]);
        let proof = tpp.proof_with(&key("thief"), "POST", "/oauth/token", None, json!({}));
        tpp.redeem_with(&tpp.visit(&named, &[]).redirected("code"), &[("dpop", &proof)], &[]).status == 200
    }),
    ("flat-push", FAPI2, |tpp| tpp.push(&[("request_uri", "https://app.example/x")]).status == 201),
    ("fresh-pushed-request", FAPI2, |mut tpp| {
        let uri = tpp.pushed(&[]);
        tpp.bench.advance(Duration::from_secs(90));
        tpp.visit(&uri, &[]).status == 303
    }),
    ("https-redirect-uri", FAPI2, |tpp| tpp.push(&[("redirect_uri", "http://app.example/cb")]).status == 201),
    ("hybrid-response", FAPI1, |tpp| sends_code(&tpp, json!({"response_type": "code"}))),
    ("intent-named", FAPI1, |tpp| sends_code(&tpp, json!({"scope": "openid accounts"}))),
    ("nonce-sent", FAPI1, |tpp| sends_code(&tpp, json!({"nonce": null}))),
    ("object-audience", SIGNED, |tpp| pushes(&tpp, json!({"aud": "https://other.example"}))),
    ("object-client", SIGNED, |tpp| pushes(&tpp, json!({"iss": "demo-jwt"}))),
    ("object-flat", SIGNED, |tpp| pushes(&tpp, json!({"request": "x"}))),
    ("object-header", SIGNED, |tpp| {
        let object = tpp.key.sign_as(Some("at+jwt"), &tpp.object_claims(json!({})));
        tpp.post("/oauth/par", &[], &[("request", &object), ("client_id", ID)]).status == 201
    }),
    ("object-signature", SIGNED, |tpp| {
        let object = key("thief").sign_as(Some("oauth-authz-req+jwt"), &tpp.object_claims(json!({})));
        tpp.post("/oauth/par", &[], &[("request", &object), ("client_id", ID)]).status == 201
    }),
    ("object-times", SIGNED, |tpp| pushes(&tpp, json!({"exp": null}))),
    ("profile-method", FAPI2, |tpp| {
        let id = Some("secretive".to_owned());
        tpp.bench.register(NewClient { client_id: id, secret: Some("s".to_owned()), ..NewClient::default() });
        let proof = tpp.proof("POST", "/oauth/token", None, json!({}));
        let headers = [("authorization", &*basic("secretive", "s")), ("dpop", &proof)];
        tpp.bench.post("/oauth/token", &headers, &[("grant_type", "client_credentials")]).status == 200
    }),
    ("proof-header", FAPI2, |tpp| {
        let header = json!({"typ": "JWT", "alg": "ES256", "jwk": tpp.dpop.public()});
        shows(&tpp, &tpp.dpop.sign_with(&header, &at_token_endpoint(&tpp)))
    }),
    ("proof-jti", FAPI2, |tpp| {
        let proof = tpp.proof("POST", "/oauth/token", None, json!({}));
        shows(&tpp, &proof) && shows(&tpp, &proof)
    }),
    ("proof-method", FAPI2, |tpp| shows(&tpp, &tpp.proof("GET", "/oauth/token", None, json!({})))),
    ("proof-nonce", FAPI2, |tpp| shows(&tpp, &tpp.proof("POST", "/oauth/token", None, json!({})))),
    ("proof-public-key", FAPI2, |tpp| {
        let jwk = merged(json!(tpp.dpop.public()), json!({"d": "AAAA"}));
        let header = json!({"typ": "dpop+jwt", "alg": "ES256", "jwk": jwk});
        shows(&tpp, &tpp.dpop.sign_with(&header, &at_token_endpoint(&tpp)))
    }),
    ("proof-signature", FAPI2, |tpp| {
        let header = json!({"typ": "dpop+jwt", "alg": "ES256", "jwk": tpp.dpop.public()});
        shows(&tpp, &key("thief").sign_with(&header, &at_token_endpoint(&tpp)))
    }),
    ("proof-times", FAPI2, |tpp| {
        let old = tpp.bench.now.as_second() - 3600;
        shows(&tpp, &tpp.proof("POST", "/oauth/token", None, json!({"iat": old})))
    }),
    ("proof-token", FAPI2, |tpp| {
        let token = tpp.token();
        let proof = tpp.proof("GET", "/oauth/userinfo", None, json!({}));
        tpp.call(&format!("DPoP {token}"), &[&proof]).status == 200
    }),
    ("proof-url", FAPI2, |tpp| shows(&tpp, &tpp.proof("POST", "/oauth/par", None, json!({})))),
    ("pushed-key", FAPI2, |tpp| {
        let proof = tpp.proof("POST", "/oauth/par", None, json!({}));
        let other = key("thief");
        let form = tpp.parameters(&[]);
        let form = changed(&form, &[("dpop_jkt", other.public().kid())]);
        tpp.post("/oauth/par", &[("dpop", &proof)], &form).status == 201
    }),
    ("pushed-only", FAPI2, |tpp| {
        tpp.bench.get(&format!("/oauth/authorize?{}", encode(&tpp.parameters(&[]))), &[]).status == 303
    }),
    ("pushed-request-of-client", FAPI2, |tpp| {
        let uri = tpp.pushed(&[]);
        let query = [("client_id", "demo-jwt"), ("request_uri", uri.as_str())];
        tpp.bench.get(&format!("/oauth/authorize?{}", encode(&query)), &[]).status == 303
    }),
    ("reachable-level", FAPI2, |tpp| {
        tpp.push(&[("claims", r#"{"id_token":{"acr":{"essential":true,"value":"urn:x"}}}"#)]).status == 201
    }),
    ("refresh-key", PLAIN, |tpp| {
        let public = [("client_id", "demo-public")];
        let code = tpp.bench.authorize(&public).redirected("code");
        let form = [("grant_type", "authorization_code"), ("redirect_uri", CALLBACK), ("code_verifier", VERIFIER)];
        let form = changed(&form, &[("code", &code), ("client_id", "demo-public")]);
        let proof = tpp.proof("POST", "/oauth/token", None, json!({}));
        let tokens = tpp.bench.post("/oauth/token", &[("dpop", &proof)], &form).ok_json();
        let refresh = tokens["refresh_token"].as_str().expect("text");
        let form = [("grant_type", "refresh_token"), ("refresh_token", refresh), ("client_id", "demo-public")];
        tpp.bench.post("/oauth/token", &[], &form).status == 200
    }),
    ("request-object-sent", SIGNED, |tpp| tpp.post("/oauth/par", &[], &tpp.parameters(&[])).status == 201),
    ("sender-proof", FAPI2, |tpp| tpp.redeem_with(&tpp.code(), &[], &[]).status == 200),
    ("signed-response", SIGNED, |tpp| pushes(&tpp, json!({"response_mode": null}))),
    ("unused-pushed-request", FAPI2, |tpp| {
        let uri = tpp.pushed(&[]);
        tpp.visit(&uri, &[]).status == 303 && tpp.visit(&uri, &[]).status == 303
    }),
];

/// The choices under which a rule has something to stop.
pub(super) fn security(profile: SecurityProfile, rule: &str) -> Security {
    let mut security = Security::of(profile);
    match rule {
        "intent-named" => security.variant = Variant::UkOpenBanking,
        "proof-nonce" => security.nonces = NoncePolicy::Server,
        "sender-proof" => security.sender = Sender::Dpop,
        _ => {}
    }
    security
}

fn pushes(tpp: &Tpp, changes: Value) -> bool {
    tpp.post("/oauth/par", &[], &[("request", &tpp.object(changes)), ("client_id", ID)]).status == 201
}

/// What comes back from a request object sent by value.
fn sends_code(tpp: &Tpp, changes: Value) -> bool {
    let query = encode(&[("client_id", ID), ("request", &tpp.object(changes))]);
    tpp.bench.get(&format!("/oauth/authorize?{query}"), &[]).redirect().contains_key("code")
}

/// An access token for a request object sent by value.
fn by_value(tpp: &Tpp, changes: Value) -> String {
    let query = encode(&[("client_id", ID), ("request", &tpp.object(changes))]);
    let code = tpp.bench.get(&format!("/oauth/authorize?{query}"), &[]).redirected("code");
    tpp.redeem_with(&code, &[], &[]).ok_json()["access_token"].as_str().expect("text").to_owned()
}

fn at_token_endpoint(tpp: &Tpp) -> Value {
    tpp.proof_claims("POST", "/oauth/token", None, json!({}))
}

/// `true` if the token endpoint takes this proof.
fn shows(tpp: &Tpp, proof: &str) -> bool {
    tpp.post("/oauth/token", &[("dpop", proof)], &[("grant_type", "client_credentials")]).status == 200
}
