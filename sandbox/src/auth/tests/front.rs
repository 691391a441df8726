//! The authorization endpoint: what reaches the client, what is a page, and what the client hears.

use std::time::Duration;

use axum::http::Method;

use super::bench::{BASE, Bench, CALLBACK, Pairs, encode, request};
use crate::auth::{AuthMethod, NewClient};
use crate::bank::NewConsent;

#[test]
fn a_good_request_comes_back_with_code_state_and_issuer() {
    let bench = Bench::automatic();
    let back = bench.authorize(&[]).redirect();
    assert_eq!(back.keys().map(String::as_str).collect::<Vec<_>>(), ["code", "iss", "state"]);
    assert_eq!((back["state"].as_str(), back["iss"].as_str()), ("s 1&2", BASE));
    assert!(back["code"].len() >= 32);
    let posted = bench.post("/oauth/authorize", &[], &request(&[("state", "")]));
    assert!(!posted.redirect().contains_key("state"), "a state that was not sent does not come back");
}

#[test]
fn what_is_wrong_is_refused_in_the_right_place() {
    let bench = Bench::automatic();
    let long = "x".repeat(20_000);
    #[rustfmt::skip]
    let cases: &[(&str, Pairs<'_>, &str)] = &[
        // Before client and redirect URI are certain: a page, whatever else is right.
        ("N01", &[("redirect_uri", "https://evil.example/cb")], "400 page invalid_request"),
        ("N02 path", &[("redirect_uri", "http://127.0.0.1:4000/callback/x")], "400 page invalid_request"),
        ("N02 query", &[("redirect_uri", "http://127.0.0.1:4000/callback?x=1")], "400 page invalid_request"),
        ("N02 fragment", &[("redirect_uri", "http://127.0.0.1:4000/callback#x")], "400 page invalid_request"),
        ("N02 case", &[("redirect_uri", "http://127.0.0.1:4000/Callback")], "400 page invalid_request"),
        ("N02 dots", &[("redirect_uri", "http://127.0.0.1:4000/x/../callback")], "400 page invalid_request"),
        ("N02 userinfo", &[("redirect_uri", "http://127.0.0.1:4000@evil.example/callback")], "400 page invalid_request"),
        ("N02 slash", &[("redirect_uri", "http://127.0.0.1:4000/callback/")], "400 page invalid_request"),
        ("N02 scheme", &[("redirect_uri", "https://127.0.0.1:4000/callback")], "400 page invalid_request"),
        ("N03", &[("redirect_uri", "")], "400 page invalid_request"),
        ("N06", &[("client_id", "nobody")], "400 page invalid_request"),
        ("N06 missing", &[("client_id", "")], "400 page invalid_request"),
        ("N53 long state", &[("state", &long)], "400 page invalid_request"),
        ("N58 script", &[("redirect_uri", "javascript:alert(1)")], "400 page invalid_request"),
        // From here on the client hears about it.
        ("N18 token", &[("response_type", "token")], "303 unsupported_response_type"),
        ("N18 hybrid", &[("response_type", "code id_token")], "303 unsupported_response_type"),
        ("N18 unknown", &[("response_type", "cookie")], "303 unsupported_response_type"),
        ("N18 missing", &[("response_type", "")], "303 invalid_request"),
        ("N20", &[("response_mode", "carrier_pigeon")], "303 invalid_request"),
        ("N21 no PKCE", &[("code_challenge", ""), ("code_challenge_method", "")], "303 invalid_request"),
        ("N21 plain", &[("code_challenge_method", "plain")], "303 invalid_request"),
        ("N21 default plain", &[("code_challenge_method", "")], "303 invalid_request"),
        ("N21 short", &[("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw")], "303 invalid_request"),
        ("N21 charset", &[("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-c=")], "303 invalid_request"),
        ("N51 request_uri", &[("request_uri", "http://169.254.169.254/x")], "303 request_uri_not_supported"),
        ("N48 no JWT", &[("request", "eyJhbGciOiJub25lIn0")], "400 page invalid_request_object"),
        ("registration", &[("registration", "{}")], "303 registration_not_supported"),
        ("unknown scope", &[("scope", "openid everything")], "303 invalid_scope"),
        ("no scope", &[("scope", "")], "303 invalid_scope"),
        ("N74", &[("login_hint", "alice:deny")], "303 access_denied"),
        ("unknown holder", &[("login_hint", "nobody")], "303 login_required"),
        ("unknown decision", &[("login_hint", "alice:maybe")], "303 login_required"),
        ("N76 none and login", &[("prompt", "none login")], "303 invalid_request"),
        ("prompt", &[("prompt", "create")], "303 invalid_request"),
        ("max_age", &[("max_age", "-1")], "303 invalid_request"),
        ("N73 unknown", &[("consent_id", "con_x")], "303 invalid_request"),
    ];
    for (case, changes, expected) in cases {
        let answer = bench.authorize(changes);
        assert_eq!(answer.refusal(), *expected, "{case}");
        if answer.status == 303 {
            let back = answer.redirect();
            assert_eq!((back["state"].as_str(), back["iss"].as_str()), ("s 1&2", BASE), "{case}");
            assert!(!back.contains_key("code"), "{case}");
        }
    }
}

#[test]
fn a_repeated_parameter_is_refused() {
    let bench = Bench::automatic();
    for name in ["client_id", "redirect_uri", "state", "scope", "unknown_to_us"] {
        let query = encode(&request(&[]));
        let answer = bench.get(&format!("/oauth/authorize?{query}&{name}=a&{name}=b"), &[]);
        assert_eq!(answer.refusal(), "400 page invalid_request", "N17 {name}");
    }
    let broken = bench.get(&format!("/oauth/authorize?{}&x=%zz", encode(&request(&[]))), &[]);
    assert_eq!(broken.refusal(), "400 page invalid_request");
    let json = bench.send(Method::POST, "/oauth/authorize", &[("content-type", "application/json")], "{}");
    assert_eq!(json.refusal(), "400 page invalid_request");
}

#[test]
fn hostile_values_come_back_encoded_or_not_at_all() {
    let bench = Bench::automatic();
    for hostile in ["a\r\nSet-Cookie: x=1", "<script>alert(1)</script>", "\u{202e}\0\"'&=#%", &"s".repeat(10_000)] {
        let answer = bench.authorize(&[("state", hostile), ("nonce", hostile)]);
        assert_eq!(answer.redirected("state"), hostile, "N53");
        let location = answer.header("location").expect("a redirect");
        assert!(location.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'<'), "N53 {location}");
    }
    let page = bench.authorize(&[("client_id", "<script>alert(1)</script>"), ("redirect_uri", "\"><img>")]);
    assert!(!page.text.contains("<img>"), "N53");
}

#[test]
fn the_only_registered_uri_may_be_left_out() {
    let bench = Bench::automatic();
    let registered = format!("{CALLBACK}?d1=lorem&d2=ipsum");
    let secret = vec![AuthMethod::SecretBasic];
    let redirect_uris = vec![registered.clone()];
    let id = Some("one".to_owned());
    bench.register(NewClient { client_id: id, redirect_uris, auth_methods: secret, ..NewClient::default() });
    let back = bench.authorize(&[("client_id", "one"), ("redirect_uri", "")]);
    assert!(back.header("location").expect("a redirect").starts_with(&format!("{registered}&code=")));
    let exact = bench.authorize(&[("client_id", "one"), ("redirect_uri", &registered)]);
    assert_eq!(exact.redirect()["d2"], "ipsum");
}

#[test]
fn a_consent_made_before_is_used_once_and_by_its_client_only() {
    let mut bench = Bench::automatic();
    let ledger = &bench.bank.ledger;
    let scopes = vec![bank_fixtures::record::ConsentScope::Accounts];
    let account = ledger.accounts_of_user("alice")[0].id.clone();
    let make = |client: &str| {
        let account_ids = Some(vec![account.clone()]);
        let asked = NewConsent { client_id: client.to_owned(), scopes: scopes.clone(), account_ids, expires_at: None };
        ledger.create_consent(asked, bench.now).id
    };
    let (own, foreign, stale) = (make("demo"), make("demo-public"), make("demo"));
    let ask = |id: &str, scope: &str| bench.authorize(&[("consent_id", id), ("scope", scope)]);
    assert_eq!(ask(&foreign, "accounts").refusal(), "303 invalid_request", "N73 of another client");
    assert_eq!(ask(&own, "accounts payments").refusal(), "303 invalid_scope", "N73 more than asked for");
    let code = ask(&own, "").redirected("code");
    let tokens = bench.redeem(&code, &[]).ok_json();
    assert_eq!((tokens["consent_id"].as_str(), tokens["scope"].as_str()), (Some(own.as_str()), Some("accounts")));
    assert_eq!(ledger.consent(&own, bench.now).expect("known").consent.account_ids, [account]);
    assert_eq!(ask(&own, "accounts").refusal(), "303 invalid_request", "N73 decided already");
    bench.advance(Duration::from_secs(91 * 86_400));
    let late = bench.authorize(&[("consent_id", &stale), ("scope", "accounts")]);
    assert_eq!(late.refusal(), "303 invalid_request", "N73 expired");
}
