//! Whatever comes in: an answer that keeps the rules of every answer, never a panic, never a 5xx.

use axum::http::Method;
use proptest::prelude::*;

use super::bench::{Bench, CALLBACK, VERIFIER, basic, encode};
use crate::auth::ROUTES;

/// Names that mean something somewhere, and some that do not.
const NAMES: &[&str] = &[
    "response_type",
    "response_mode",
    "client_id",
    "client_secret",
    "redirect_uri",
    "scope",
    "state",
    "nonce",
    "prompt",
    "max_age",
    "login_hint",
    "consent_id",
    "code_challenge",
    "code_challenge_method",
    "request",
    "request_uri",
    "grant_type",
    "code",
    "code_verifier",
    "refresh_token",
    "token",
    "token_type_hint",
    "client_assertion",
    "client_assertion_type",
    "access_token",
    "interaction",
    "csrf",
    "username",
    "password",
    "decision",
    "account",
    "x",
];

/// Values that get a request past the first steps.
const VALUES: &[&str] = &[
    "code",
    "query",
    "demo",
    "demo-jwt",
    "demo-public",
    "demo-secret",
    CALLBACK,
    "openid accounts",
    "openid",
    "none",
    "login",
    "0",
    "alice",
    "alice:deny",
    "S256",
    "plain",
    "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
    VERIFIER,
    "authorization_code",
    "refresh_token",
    "client_credentials",
    "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
    "approve",
    "deny",
    "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJkZW1vLWp3dCIsInN1YiI6ImRlbW8tand0In0.AAAA",
    "eyJhbGciOiJub25lIn0.e30.",
    "",
];

fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => proptest::sample::select(VALUES).prop_map(str::to_owned),
        1 => "\\PC{0,40}",
        1 => proptest::collection::vec(any::<u8>(), 0..40).prop_map(|bytes| String::from_utf8_lossy(&bytes).into_owned()),
    ]
}

fn parameters() -> impl Strategy<Value = String> {
    let pair = (proptest::sample::select(NAMES), value());
    prop_oneof![
        6 => proptest::collection::vec(pair, 0..14).prop_map(|pairs| {
            let pairs: Vec<_> = pairs.iter().map(|(name, value)| (*name, value.as_str())).collect();
            encode(&pairs)
        }),
        1 => "[ -~]{0,80}",
    ]
}

fn authorization() -> impl Strategy<Value = Option<String>> {
    prop_oneof![
        2 => Just(None),
        2 => Just(Some(basic("demo", "demo-secret"))),
        1 => "[ -~]{0,60}".prop_map(Some),
        1 => "Bearer [ -~]{0,60}".prop_map(Some),
        1 => "Basic [A-Za-z0-9+/]{0,40}={0,2}".prop_map(Some),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn every_request_gets_a_lawful_answer(
        route in 0..ROUTES.len(),
        query in parameters(),
        body in parameters(),
        authorization in authorization(),
        cookie in "[ -~]{0,60}",
        is_form in proptest::bool::weighted(0.9),
    ) {
        thread_local!(static BENCH: Bench = Bench::automatic());
        let route = &ROUTES[route];
        let mut headers = vec![("cookie", cookie.as_str())];
        headers.extend(authorization.as_deref().map(|value| ("authorization", value)));
        headers.push(("content-type", if is_form { "application/x-www-form-urlencoded" } else { "application/json" }));
        // A token endpoint takes nothing from the URL: half the time the query is left out, so that bodies get further.
        let bare = route.method == Method::POST && query.len() % 2 == 0;
        let target = if bare { route.path.to_owned() } else { format!("{}?{}", route.path, query.replace(['#', '\r', '\n'], "")) };
        BENCH.with(|bench| bench.send(route.method.clone(), &target, &headers, &body));
    }
}
