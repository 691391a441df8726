//! Every lie is told where it belongs, and nowhere else.

use axum::http::header::LOCATION;
use axum::http::{HeaderMap, Method, StatusCode};
use bank_fixtures::seed::Seed;
use bytes::Bytes;
use serde_json::{Value, json};

use super::jwt::{Jwt, NoKeys};
use super::lie::{Kind, Lied, Takes, With, all};
use crate::exchange::{Reply, Request};
use crate::fault::rewrite::Scene;

fn jwt(claims: Value) -> String {
    typed("JWT", claims)
}

fn typed(typ: &str, claims: Value) -> String {
    let (Value::Object(header), Value::Object(claims)) = (json!({"alg": "ES256", "kid": "k", "typ": typ}), claims)
    else {
        panic!("objects")
    };
    Jwt { header, claims }.signed(&NoKeys)
}

/// A good answer of each kind.
fn answers() -> Vec<Reply> {
    let id_token = jwt(json!({
        "iss": "https://bank.example", "sub": "alice", "aud": "demo", "iat": 1000, "exp": 1300, "auth_time": 900,
        "nonce": "n", "at_hash": "a", "c_hash": "c", "s_hash": "s", "acr": "strong", "azp": "demo",
    }));
    let access = typed("at+jwt", json!({"aud": "https://bank.example", "iat": 1000, "exp": 1300}));
    let body = |value: Value| Reply::new(StatusCode::OK, "application/json", value.to_string());
    let redirect = |parameters: &str| {
        Reply::empty(StatusCode::SEE_OTHER).header(LOCATION, &format!("https://app.example/cb?{parameters}"))
    };
    vec![
        body(json!({
            "issuer": "https://bank.example", "token_endpoint": "https://bank.example/token",
            "code_challenge_methods_supported": ["S256"],
        })),
        body(json!({"keys": [{"kty": "EC", "kid": "k", "use": "sig", "alg": "ES256"}]})),
        body(json!({"request_uri": "urn:x", "expires_in": 60})),
        redirect("code=abc&state=s&iss=https%3A%2F%2Fbank.example"),
        redirect(&format!("response={}", jwt(json!({"code": "abc", "iss": "https://bank.example", "aud": "demo"})))),
        body(json!({
            "access_token": access, "token_type": "Bearer", "expires_in": 600, "refresh_token": "r", "id_token": id_token,
            "scope": "openid accounts", "authorization_details": [{"type": "a", "x": 1}, {"type": "b"}],
        })),
        body(json!({"sub": "alice", "name": "Alice"})),
        body(json!({"active": true, "client_id": "demo", "cnf": {"jkt": "k"}})),
        body(json!({"active": false})),
        body(json!({"client_id": "c", "redirect_uris": ["https://app.example/cb"], "client_secret": "s"})),
    ]
}

fn told(lie: &'static super::lie::Lie, reply: &Reply) -> Reply {
    let request = Request {
        method: Method::GET,
        path: "/oauth/token".into(),
        query: String::new(),
        headers: HeaderMap::new(),
        body: Bytes::new(),
        base_url: "https://bank.example".into(),
        mutual_base_url: None,
        certificate: None,
        connection: 1,
        request_id: "r".into(),
    };
    let with = match lie.takes {
        Takes::Nothing => With::Nothing,
        Takes::Text(example) => With::Text(example.to_owned()),
        Takes::Any(_) => With::Any(json!("600")),
        Takes::Shift => With::Seconds(300),
        Takes::Size => With::Size(1024),
    };
    let mut reply = reply.clone();
    let scene = Scene { request: &request, read: &|_| None, keys: &NoKeys };
    Lied { lie, with, chance: Seed::new(1), n: 1 }.apply(&mut reply, &scene);
    reply
}

fn differs(left: &Reply, right: &Reply) -> bool {
    left.body != right.body || left.headers != right.headers || left.status != right.status
}

#[test]
fn every_lie_changes_an_answer_of_its_kind_and_leaves_a_list_alone() {
    let answers = answers();
    let list = Reply::new(StatusCode::OK, "application/json", json!({"data": [{"id": "acc_1"}]}).to_string());
    let page = Reply::new(StatusCode::OK, "text/html", "<p>Log in</p>");
    // What an http bank has is nothing that could lose its TLS, and caching is about headers alone.
    let heads = ["stale", "dpop-nonce"];
    // What befalls a ping is not seen in the answer that begins it.
    for lie in all().filter(|lie| matches!(lie.kind, Kind::Edit(_)) && lie.point != "ping") {
        assert!(answers.iter().any(|reply| differs(&told(lie, reply), reply)), "{lie:?} changes nothing");
        if !heads.contains(&lie.name) {
            assert!(!differs(&told(lie, &list), &list), "{lie:?} changes a list of accounts");
            assert!(!differs(&told(lie, &page), &page), "{lie:?} changes a page");
        }
    }
}

#[test]
fn lies_that_are_not_changes_say_what_they_do() {
    for lie in all().filter(|lie| !matches!(lie.kind, Kind::Edit(_))) {
        assert!(matches!(lie.point, "keys" | "clock" | "certificate" | "challenge" | "error"), "{lie:?}");
    }
}
