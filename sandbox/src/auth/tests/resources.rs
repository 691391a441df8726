//! Access tokens at the bank's resources.

use std::time::Duration;

use axum::http::Method;

use super::bench::Bench;
use crate::auth::{admit, challenge};
use crate::bank::EndedBy;
use crate::dialect::Needs;
use crate::exchange::{Access, Problem, ProblemKind};

fn bearer(token: &str) -> String {
    format!("Bearer {token}")
}

#[test]
fn a_token_is_taken_from_the_header_only() {
    let bench = Bench::automatic();
    let tokens = bench.tokens();
    let token = tokens["access_token"].as_str().expect("text");
    let get = |target: &str, headers: &[(&str, &str)]| bench.get(target, headers);
    assert_eq!(get("/oauth/userinfo", &[("authorization", &bearer(token))]).status, 200);
    assert_eq!(get("/oauth/userinfo", &[("authorization", &format!("bEARER  {token} "))]).status, 200, "no case");
    let missing = get("/oauth/userinfo", &[]);
    assert_eq!(missing.refusal(), "401 invalid_token");
    assert_eq!(missing.header("www-authenticate"), Some("Bearer"), "no error without a token (RFC 6750 3.1)");
    let basic = get("/oauth/userinfo", &[("authorization", "Basic ZGVtbzpkZW1v")]);
    assert_eq!(basic.header("www-authenticate"), Some("Bearer"));
    for bad in ["", "unknown", &format!("{token}x"), &token[1..], "a b", &"x".repeat(5_000), "eyJhbGciOiJub25lIn0.e30."]
    {
        let answer = get("/oauth/userinfo", &[("authorization", &bearer(bad))]);
        assert_eq!(answer.refusal(), "401 invalid_token", "N68 {bad}");
        assert_eq!(answer.header("www-authenticate"), Some("Bearer error=\"invalid_token\""), "N68 {bad}");
    }
    let query = get(&format!("/oauth/userinfo?access_token={token}"), &[]);
    assert_eq!(query.refusal(), "400 invalid_request", "N67");
    let form = [("content-type", "application/x-www-form-urlencoded")];
    let body = bench.send(Method::POST, "/oauth/userinfo", &form, &format!("access_token={token}"));
    assert_eq!(body.refusal(), "400 invalid_request", "N67");
}

#[test]
fn a_token_ends_with_its_time_and_with_a_scenarios_word() {
    let mut bench = Bench::automatic();
    let token = |bench: &Bench| bench.tokens()["access_token"].as_str().expect("text").to_owned();
    let (first, second) = (token(&bench), token(&bench));
    let access = bench.bank.auth.grants.access(&first, bench.now).expect("live").access;
    assert!(bench.bank.auth.expire_access_token(&access.token_id, bench.now));
    assert!(!bench.bank.auth.expire_access_token("ffffffffffffffff", bench.now));
    assert!(!bench.accepts(&first) && bench.accepts(&second));
    bench.advance(Duration::from_secs(599));
    assert!(bench.accepts(&second));
    bench.advance(Duration::from_secs(1));
    assert!(!bench.accepts(&second));
}

#[test]
fn a_route_gets_what_it_needs_or_says_what_is_missing() {
    let mut bench = Bench::automatic();
    let tokens = bench.tokens();
    let consent = tokens["consent_id"].as_str().expect("text").to_owned();
    let secret = tokens["access_token"].as_str().expect("text");
    let holder = Access::clone(&bench.bank.auth.grants.access(secret, bench.now).expect("live").access);
    let client = Access { user: None, consent_id: None, ..holder.clone() };
    let kind = |bench: &Bench, needs, access: Option<&Access>| {
        admit(needs, access, &bench.bank.ledger, bench.now).map_err(|problem| problem.kind)
    };
    assert_eq!(kind(&bench, Needs::Nothing, None), Ok(()));
    assert_eq!(kind(&bench, Needs::Consent("accounts"), Some(&holder)), Ok(()));
    assert_eq!(kind(&bench, Needs::Client("accounts"), Some(&client)), Ok(()));
    assert_eq!(kind(&bench, Needs::Client(""), Some(&client)), Ok(()));
    assert_eq!(kind(&bench, Needs::Client(""), None), Err(ProblemKind::InvalidToken));
    assert_eq!(kind(&bench, Needs::Consent("accounts"), None), Err(ProblemKind::InvalidToken));
    assert_eq!(kind(&bench, Needs::Consent("accounts"), Some(&client)), Err(ProblemKind::InsufficientScope));
    assert_eq!(kind(&bench, Needs::Consent("customers"), Some(&holder)), Err(ProblemKind::InsufficientScope), "N68");
    bench.bank.ledger.revoke_consent(&consent, EndedBy::Holder, bench.now).expect("known");
    assert_eq!(kind(&bench, Needs::Consent("accounts"), Some(&holder)), Err(ProblemKind::ConsentRevoked));
    assert_eq!(kind(&bench, Needs::Client(""), Some(&holder)), Ok(()), "a withdrawn consent can still be read");
    let second = bench.tokens();
    let consent_id = second["consent_id"].as_str().map(str::to_owned);
    let holder = Access { consent_id, ..holder };
    assert_eq!(kind(&bench, Needs::Consent("accounts"), Some(&holder)), Ok(()));
    bench.advance(Duration::from_secs(90 * 86_400));
    assert_eq!(kind(&bench, Needs::Consent("accounts"), Some(&holder)), Err(ProblemKind::ConsentExpired));
}

#[test]
fn a_challenge_names_the_error_only_if_a_token_came() {
    let of = |kind| challenge(&Problem::new(kind, "x"));
    assert_eq!(of(ProblemKind::InvalidToken).as_deref(), Some("Bearer error=\"invalid_token\""));
    assert_eq!(of(ProblemKind::InsufficientScope).as_deref(), Some("Bearer error=\"insufficient_scope\""));
    assert_eq!(of(ProblemKind::RateLimited), None);
}

#[test]
fn ready_tokens_need_no_login() {
    let bench = Bench::asking();
    let tokens = bench.tokens_ready();
    assert!(bench.accepts(&tokens.access_token));
    let renewed = bench.refresh(&tokens.refresh_token).ok_json();
    bench.bank.auth.revoke_consent_tokens(renewed["consent_id"].as_str().expect("text"));
    assert!(!bench.accepts(&tokens.access_token) && !bench.accepts(renewed["access_token"].as_str().expect("text")));
}
