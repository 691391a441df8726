//! Every rule has been seen refusing: without it, the attack it stops succeeds; with it, it does not.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};

use super::assertion::{assert_with, assertion};
use super::bench::{Answer, Bench, CALLBACK, VERIFIER, basic, changed, encode, request};
use super::tpp::Tpp;
use super::{attacks, elsewhere};
use crate::auth::{AuthMethod, Leniency, NewClient, StepKind, steps};
use crate::bank::EndedBy;

/// An attack; `true` if it succeeded.
pub(super) type Attack = fn(Bench) -> bool;

const ATTACKS: &[(&str, Attack)] = &[
    ("allowed-grant", |bench| {
        let form = [("grant_type", "client_credentials"), ("client_id", "demo-public")];
        bench.post("/oauth/token", &[], &form).status == 200
    }),
    ("assertion-audience", |bench| asserts(&bench, &json!({"aud": "https://other.example"}))),
    ("assertion-header", |bench| {
        let (mut header, claims, key) = assertion(&bench);
        header.typ = Some("oauth-authz-req+jwt".to_owned());
        assert_with(&bench, &jsonwebtoken::encode(&header, &claims, &key).expect("signs")) == "200"
    }),
    ("assertion-jti", |bench| asserts(&bench, &json!({})) && asserts(&bench, &json!({}))),
    ("assertion-signature", |bench| {
        let (header, claims, key) = assertion(&bench);
        let jwt = jsonwebtoken::encode(&header, &claims, &key).expect("signs");
        let signed = jwt.rsplit_once('.').expect("three parts").0;
        assert_with(&bench, &format!("{signed}.{}", "A".repeat(86))) == "200"
    }),
    ("assertion-subject", |bench| asserts(&bench, &json!({"iss": "somebody"}))),
    ("assertion-times", |bench| {
        let late = bench.now.as_second() - 1;
        asserts(&bench, &json!({"exp": late}))
    }),
    ("client-secret", |bench| {
        let wrong = basic("demo", "wrong");
        bench.post("/oauth/token", &[("authorization", &wrong)], &[("grant_type", "client_credentials")]).status == 200
    }),
    ("code-of-client", |bench| {
        let code = bench.code();
        let form = [("grant_type", "authorization_code"), ("code", &code), ("redirect_uri", CALLBACK)];
        let form = changed(&form, &[("code_verifier", VERIFIER), ("client_id", "demo-public")]);
        bench.post("/oauth/token", &[], &form).status == 200
    }),
    ("code-response", |bench| goes_back_with_code(&bench.authorize(&[("response_type", "token")]))),
    ("code-verifier", |bench| bench.redeem(&bench.code(), &[("code_verifier", &"x".repeat(43))]).status == 200),
    ("confidential-client", |bench| {
        bench.post("/oauth/introspect", &[], &[("client_id", "demo-public"), ("token", "x")]).status == 200
    }),
    ("consent-in-force", |bench| {
        let tokens = bench.tokens();
        bench.bank.ledger.revoke_consent(text(&tokens, "consent_id"), EndedBy::Holder, bench.now).expect("known");
        bench.refresh(text(&tokens, "refresh_token")).status == 200
    }),
    ("fresh-code", |mut bench| {
        let code = bench.code();
        bench.advance(Duration::from_secs(61));
        bench.redeem(&code, &[]).status == 200
    }),
    ("fresh-refresh-token", |mut bench| {
        let tokens = bench.tokens();
        bench.advance(Duration::from_secs(31 * 86_400));
        bench.refresh(text(&tokens, "refresh_token")).status == 200
    }),
    ("no-remote-request", |bench| goes_back_with_code(&bench.authorize(&[("request_uri", "http://127.0.0.1:9/")]))),
    ("pkce-s256", |bench| {
        let plain = [("code_challenge", VERIFIER), ("code_challenge_method", "plain")];
        let back = bench.authorize(&plain);
        goes_back_with_code(&back) && bench.redeem(&back.redirected("code"), &[]).status == 200
    }),
    ("pkce-sent", |bench| {
        let back = bench.authorize(&[("code_challenge", ""), ("code_challenge_method", "")]);
        goes_back_with_code(&back) && bench.redeem(&back.redirected("code"), &[("code_verifier", "")]).status == 200
    }),
    ("refresh-token-of-client", |bench| {
        let tokens = bench.tokens();
        let token = text(&tokens, "refresh_token");
        let form = [("grant_type", "refresh_token"), ("refresh_token", token), ("client_id", "demo-public")];
        bench.post("/oauth/token", &[], &form).status == 200
    }),
    ("registered-method", |bench| {
        let form = [("grant_type", "client_credentials"), ("client_id", "demo")];
        bench.post("/oauth/token", &[], &form).status == 200
    }),
    ("registered-redirect-uri", |bench| {
        let back = bench.authorize(&[("redirect_uri", "https://evil.example/cb")]);
        back.header("location").is_some_and(|location| location.starts_with("https://evil.example/cb?code="))
    }),
    ("same-redirect-uri", |bench| bench.redeem(&bench.code(), &[("redirect_uri", "")]).status == 200),
    ("single-parameters", |bench| {
        goes_back_with_code(&bench.get(&format!("/oauth/authorize?{}&state=other", encode(&request(&[]))), &[]))
    }),
    ("unused-code", |bench| {
        let code = bench.code();
        bench.redeem(&code, &[]).status == 200 && bench.redeem(&code, &[]).status == 200
    }),
    ("unused-refresh-token", |bench| {
        let tokens = bench.tokens();
        let token = text(&tokens, "refresh_token");
        bench.refresh(token).status == 200 && bench.refresh(token).status == 200
    }),
];

fn text<'a>(tokens: &'a Value, name: &str) -> &'a str {
    tokens[name].as_str().expect("text")
}

fn goes_back_with_code(answer: &Answer) -> bool {
    answer.status == 303 && answer.redirect().contains_key("code")
}

/// `true` if an assertion with these claims changed is accepted.
fn asserts(bench: &Bench, changes: &Value) -> bool {
    let (header, mut claims, key) = assertion(bench);
    for (name, value) in changes.as_object().expect("an object") {
        claims[name] = value.clone();
    }
    assert_with(bench, &jsonwebtoken::encode(&header, &claims, &key).expect("signs")) == "200"
}

/// Rules that take a certificate in a TLS handshake to be reached: `tests/it/register.rs` shows from outside that each
/// refuses, and that without it nothing does. This list only shrinks.
const SHOWN_FROM_OUTSIDE: &[&str] = &[
    "registration-certificate",
    "registration-claims",
    "registration-organisation",
    "registration-signature",
    "secure-redirect-uris",
    "signed-backchannel-request",
    "software-statement-sent",
    "stated-keys",
];

#[test]
fn a_rule_stops_its_attack_and_nothing_else_does() {
    let mut attacks: BTreeMap<&str, Attack> = ATTACKS.iter().chain(elsewhere::ELSEWHERE).copied().collect();
    let rules = steps().into_iter().filter(|row| row.kind == StepKind::Rule).map(|row| row.slug);
    for rule in rules.collect::<std::collections::BTreeSet<_>>() {
        if let Some((_, profile, attack)) = attacks::ON_KEYS.iter().find(|row| row.0 == rule) {
            let security = attacks::security(*profile, rule);
            assert!(!attack(Tpp::at(security, None)), "{rule} does not stop its attack");
            assert!(attack(Tpp::at(security, Some(rule))), "without {rule} its attack still fails");
            continue;
        }
        if SHOWN_FROM_OUTSIDE.contains(&rule) {
            continue;
        }
        let attack = attacks.remove(rule).unwrap_or_else(|| panic!("no attack shows what {rule} is for"));
        assert!(!attack(Bench::automatic()), "{rule} does not stop its attack");
        assert!(attack(Bench::without(rule)), "without {rule} its attack still fails");
    }
    assert!(attacks.is_empty(), "attacks on no rule: {:?}", attacks.keys());
}

#[test]
fn only_rules_can_be_switched_off() {
    let unknown = Leniency::without(["pkce-sent", "known-client"]).expect_err("a step that reads cannot be left out");
    assert_eq!(unknown.name, "known-client");
    assert!(
        unknown
            .to_string()
            .starts_with("`known-client` is not a rule of the authorization server; legal are allowed-grant, ")
    );
}

#[test]
fn a_secret_is_good_in_its_registered_place_only() {
    let bench = Bench::automatic();
    let auth_methods = vec![AuthMethod::SecretPost];
    let id = Some("post-only".to_owned());
    let client = bench.register(NewClient { client_id: id, auth_methods, ..NewClient::default() });
    let secret = client.secret.clone().expect("made by the bank");
    let form = [("grant_type", "client_credentials")];
    let header = bench.post("/oauth/token", &[("authorization", &basic("post-only", &secret))], &form);
    assert_eq!(header.refusal(), "401 invalid_client", "registered for the body, not for the header");
    let body = changed(&form, &[("client_id", "post-only"), ("client_secret", &secret)]);
    assert_eq!(bench.post("/oauth/token", &[], &body).status, 200);
}
