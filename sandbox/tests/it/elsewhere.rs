//! Decisions that are made on another device: codes for devices, the backchannel, and logging out.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::time::Duration;

use bank_sandbox::Sandbox;
use serde_json::{Value, json};

use crate::bench::{Bench, Raw};

const FORM: (&str, &str) = ("Content-Type", "application/x-www-form-urlencoded");
const DEVICE: &str = "urn:ietf:params:oauth:grant-type:device_code";
const CIBA: &str = "urn:openid:params:grant-type:ciba";
const SECRET: &[(&str, &str)] = &[("client_id", "demo"), ("client_secret", "demo-secret")];

/// A bank with a clock that the test moves.
fn bench(lenient: &str, decision: &str) -> Bench {
    let bank = format!("banks: {{plain: {{lenient: [{lenient}], consents: {{decision: {decision}}}}}}}\n");
    let scenario = format!("sandbox: 1\nname: s\nclock: manual\n{bank}");
    Bench::with(Sandbox::builder().scenario(&scenario).unwrap())
}

fn post(bench: &Bench, path: &str, pairs: &[(&str, &str)]) -> Raw {
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    bench.call("POST", path, &[FORM], &body)
}

fn answer(raw: &Raw) -> (u16, Value) {
    (raw.status, serde_json::from_str(&raw.body).unwrap_or(Value::Null))
}

fn with_secret<'a>(pairs: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    [SECRET, pairs].concat()
}

fn asked(bench: &Bench, path: &str, pairs: &[(&str, &str)]) -> (u16, Value) {
    answer(&post(bench, path, &with_secret(pairs)))
}

fn device(bench: &Bench) -> Value {
    let (status, begun) = asked(bench, "/plain/oauth/device_authorization", &[("scope", "openid accounts")]);
    assert_eq!(status, 200, "{begun}");
    begun
}

fn poll(bench: &Bench, kind: &str, name: &str, secret: &str) -> (u16, Value) {
    asked(bench, "/plain/oauth/token", &[("grant_type", kind), (name, secret)])
}

fn advance(bench: &Bench, by: &str) {
    let body = json!({ "by": by }).to_string();
    assert_eq!(bench.control("POST", "/v1/worlds/default/clock/advance", &body).0, 200);
}

fn text<'a>(value: &'a Value, member: &str) -> &'a str {
    value[member].as_str().unwrap_or_else(|| panic!("{member}: {value}"))
}

/// What somebody does on the page where codes are typed.
fn typed(bench: &Bench, code: &str, user: &str, password: &str, decision: &str) -> Raw {
    let form = [("user_code", code), ("username", user), ("password", password), ("decision", decision)];
    post(bench, "/plain/oauth/device", &form)
}

fn password(bench: &Bench, user: &str) -> String {
    let (_, users) = bench.control("GET", "/v1/worlds/default/users?bank=plain", "");
    let found = users.as_array().unwrap().iter().find(|row| row["username"] == user).unwrap();
    text(found, "password").to_owned()
}

#[test]
fn a_device_polls_until_its_user_has_typed_the_code() {
    let bench = bench("", "asked");
    let password = password(&bench, "alice");
    let begun = device(&bench);
    let (secret, code) = (text(&begun, "device_code"), text(&begun, "user_code"));
    assert_eq!((&begun["expires_in"], &begun["interval"]), (&json!(600), &json!(5)));
    let error = |polled: (u16, Value)| (polled.0, polled.1["error"].clone());
    let poll = || poll(&bench, DEVICE, "device_code", secret);
    assert_eq!(error(poll()), (400, json!("authorization_pending")));
    // Too soon, twice: the pace slows.
    assert_eq!(error(poll()), (400, json!("slow_down")));
    advance(&bench, "9s");
    assert_eq!(error(poll()), (400, json!("slow_down")));
    advance(&bench, "15s");
    assert_eq!(error(poll()), (400, json!("authorization_pending")));

    let page = bench.call("GET", &format!("/plain/oauth/device?user_code={code}"), &[], "");
    assert!(page.body.contains(&format!("value=\"{code}\"")), "{}", page.body);
    assert!(page.head.contains("frame-ancestors 'none'"));
    let wrong = typed(&bench, code, "alice", "wrong", "approve");
    assert!(wrong.body.contains("do not match"), "{}", wrong.body);
    let sloppy = code.to_ascii_lowercase().replace('-', " ");
    let done = typed(&bench, &sloppy, "alice", &password, "approve");
    assert!(done.body.contains("has access now"), "{}", done.body);
    let again = typed(&bench, code, "alice", &password, "approve");
    assert!(again.body.contains("over already"), "{}", again.body);

    advance(&bench, "15s");
    let (status, tokens) = poll();
    assert_eq!(status, 200, "{tokens}");
    assert!(tokens["refresh_token"].is_string() && tokens["id_token"].is_string());
    let bearer = format!("Bearer {}", text(&tokens, "access_token"));
    assert_eq!(bench.call("GET", "/plain/accounts", &[("Authorization", &bearer)], "").status, 200);
    advance(&bench, "15s");
    assert_eq!(error(poll()), (400, json!("invalid_grant")), "once");
}

#[test]
fn a_device_is_denied_runs_out_and_is_nobody_elses() {
    let bench = bench("", "asked");
    let password = password(&bench, "alice");
    let error = |polled: (u16, Value)| polled.1["error"].clone();
    let denied = device(&bench);
    assert!(typed(&bench, text(&denied, "user_code"), "alice", &password, "deny").body.contains("no access"));
    assert_eq!(error(poll(&bench, DEVICE, "device_code", text(&denied, "device_code"))), "access_denied");
    let late = device(&bench);
    let foreign = [("grant_type", DEVICE), ("device_code", text(&late, "device_code")), ("client_id", "demo-public")];
    assert_eq!(answer(&post(&bench, "/plain/oauth/token", &foreign)).1["error"], "invalid_grant");
    // A secret of one grant is none of another.
    assert_eq!(error(poll(&bench, CIBA, "auth_req_id", text(&late, "device_code"))), "invalid_grant");
    assert_eq!(error(poll(&bench, DEVICE, "device_code", "whatever")), "invalid_grant");
    advance(&bench, "601s");
    assert_eq!(error(poll(&bench, DEVICE, "device_code", text(&late, "device_code"))), "expired_token");
    // Guessing codes ends soon, and the right one waits a minute too.
    let begun = device(&bench);
    for _ in 0..10 {
        assert_eq!(typed(&bench, "BBBB-BBBB", "alice", &password, "approve").status, 200);
    }
    let right = typed(&bench, text(&begun, "user_code"), "alice", &password, "approve");
    assert_eq!(right.status, 429);
    assert!(right.head.to_ascii_lowercase().contains("retry-after: 60"));
    advance(&bench, "61s");
    assert!(typed(&bench, text(&begun, "user_code"), "alice", &password, "approve").body.contains("has access"));
    assert_eq!(asked(&bench, "/plain/oauth/device_authorization", &[("scope", "evil")]).1["error"], "invalid_scope");
}

fn backchannel(bench: &Bench, more: &[(&str, &str)]) -> (u16, Value) {
    asked(bench, "/plain/oauth/bc-authorize", &[&[("scope", "openid accounts")], more].concat())
}

#[test]
fn the_backchannel_asks_whom_the_client_names() {
    let asking = bench("", "asked");
    let (status, begun) = backchannel(&asking, &[("login_hint", "alice"), ("binding_message", "Till 7")]);
    assert_eq!((status, &begun["interval"], &begun["expires_in"]), (200, &json!(5), &json!(300)), "{begun}");
    let secret = text(&begun, "auth_req_id");
    assert_eq!(poll(&asking, CIBA, "auth_req_id", secret).1["error"], "authorization_pending");
    // Another client gets nothing for it.
    let foreign = [("grant_type", CIBA), ("auth_req_id", secret), ("client_id", "demo-public")];
    let refused = answer(&post(&asking, "/plain/oauth/token", &foreign)).1["error"].clone();
    assert!(["invalid_grant", "unauthorized_client"].contains(&refused.as_str().unwrap()), "{refused}");

    // Where nobody has to be asked, the hint decides.
    let automatic = bench("", "automatic");
    let (_, begun) = backchannel(&automatic, &[("login_hint", "alice")]);
    let (status, tokens) = poll(&automatic, CIBA, "auth_req_id", text(&begun, "auth_req_id"));
    assert_eq!(status, 200, "{tokens}");
    let bearer = format!("Bearer {}", text(&tokens, "access_token"));
    assert_eq!(automatic.call("GET", "/plain/accounts", &[("Authorization", &bearer)], "").status, 200);
    let (_, again) = backchannel(&automatic, &[("id_token_hint", text(&tokens, "id_token"))]);
    assert_eq!(poll(&automatic, CIBA, "auth_req_id", text(&again, "auth_req_id")).0, 200);
    let (_, denied) = backchannel(&automatic, &[("login_hint", "alice:deny")]);
    let polled = poll(&automatic, CIBA, "auth_req_id", text(&denied, "auth_req_id"));
    assert_eq!((polled.0, &polled.1["error"]), (400, &json!("access_denied")));
    let (_, short) = backchannel(&asking, &[("login_hint", "alice"), ("requested_expiry", "30")]);
    advance(&asking, "31s");
    assert_eq!(poll(&asking, CIBA, "auth_req_id", text(&short, "auth_req_id")).1["error"], "expired_token");
}

#[test]
fn what_is_wrong_with_a_backchannel_request_is_told() {
    let bench = bench("", "asked");
    let long = "x".repeat(61);
    for (pairs, error) in [
        (&[][..], "invalid_request"),
        (&[("login_hint", "alice"), ("id_token_hint", "x")], "invalid_request"),
        (&[("id_token_hint", "x")], "invalid_request"),
        (&[("login_hint_token", "x")], "invalid_request"),
        (&[("login_hint", "nobody")], "unknown_user_id"),
        (&[("login_hint", "alice"), ("binding_message", &long)], "invalid_binding_message"),
        (&[("login_hint", "alice"), ("binding_message", "<b>")], "invalid_binding_message"),
        (&[("login_hint", "alice"), ("requested_expiry", "soon")], "invalid_request"),
        (&[("login_hint", "alice"), ("request", "x.y.z")], "invalid_request"),
    ] {
        let (status, refused) = backchannel(&bench, pairs);
        assert_eq!((status, &refused["error"]), (400, &json!(error)), "{pairs:?}: {refused}");
    }
    let scope = asked(&bench, "/plain/oauth/bc-authorize", &[("scope", "accounts"), ("login_hint", "alice")]);
    assert_eq!(scope.1["error"], "invalid_scope");
    let public = [("client_id", "demo-public"), ("scope", "openid"), ("login_hint", "alice")];
    assert_ne!(answer(&post(&bench, "/plain/oauth/bc-authorize", &public)).0, 200);
}

#[test]
fn a_client_that_wants_to_hear_of_a_decision_is_told_once() {
    let bench = bench("", "asked");
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}/ping", listener.local_addr().unwrap());
    let client = json!({
        "grant_types": [CIBA], "response_types": [], "token_endpoint_auth_method": "client_secret_post",
        "backchannel_token_delivery_mode": "ping", "backchannel_client_notification_endpoint": endpoint,
    });
    let json = ("Content-Type", "application/json");
    let raw = bench.call("POST", "/plain/oauth/register", &[json], &client.to_string());
    assert_eq!(raw.status, 201, "{}", raw.body);
    let made = answer(&raw).1;
    let own = [("client_id", text(&made, "client_id")), ("client_secret", text(&made, "client_secret"))];
    let begin = |more: &[(&str, &str)]| {
        let pairs = [&own[..], &[("scope", "openid"), ("login_hint", "alice")], more].concat();
        answer(&post(&bench, "/plain/oauth/bc-authorize", &pairs))
    };
    assert_eq!(begin(&[]).1["error"], "invalid_request", "without a token to be told with");
    let (status, begun) = begin(&[("client_notification_token", "tell-me-with-this")]);
    assert_eq!(status, 200, "{begun}");
    let heard = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        let (mut request, mut buffer) = (String::new(), [0; 4096]);
        while !request.contains("}") {
            let read = stream.read(&mut buffer).unwrap();
            request.push_str(std::str::from_utf8(&buffer[..read]).unwrap());
        }
        stream.write_all(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n").unwrap();
        request
    });
    let (_, waiting) = bench.control("GET", "/v1/worlds/default/logins?bank=plain", "");
    let id = waiting.as_array().unwrap().iter().find_map(|one| one["login_id"].as_str()).unwrap().to_owned();
    let decision = json!({"username": "alice", "outcome": "approve", "bank": "plain"}).to_string();
    let (status, decided) = bench.control("POST", &format!("/v1/worlds/default/logins/{id}"), &decision);
    assert_eq!(status, 200, "{decided}");
    let heard = heard.join().unwrap();
    assert!(heard.starts_with("POST /ping HTTP/1.1") && heard.contains("Bearer tell-me-with-this"), "{heard}");
    assert!(heard.contains(text(&begun, "auth_req_id")), "{heard}");
    let (_, entry) = bench.control("GET", "/v1/worlds/default/journal/next?operation=backchannel.ping&silence=5s", "");
    assert_eq!(entry["response"]["status"], 204);
    assert!(
        !entry.to_string().contains("tell-me-with-this") && !entry.to_string().contains(text(&begun, "auth_req_id"))
    );
    let pairs = [&own[..], &[("grant_type", CIBA), ("auth_req_id", text(&begun, "auth_req_id"))]].concat();
    assert_eq!(answer(&post(&bench, "/plain/oauth/token", &pairs)).0, 200);
}

#[test]
fn nobody_is_sent_where_the_client_did_not_register_after_a_logout() {
    let bench = bench("", "automatic");
    let (_, begun) = backchannel(&bench, &[("login_hint", "alice")]);
    let tokens = poll(&bench, CIBA, "auth_req_id", text(&begun, "auth_req_id")).1;
    let hint = text(&tokens, "id_token");
    let leave = |pairs: &[(&str, &str)]| {
        let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        bench.call("GET", &format!("/plain/oauth/logout?{query}"), &[], "")
    };
    let there = "http://127.0.0.1/callback";
    let sent = leave(&[("id_token_hint", hint), ("post_logout_redirect_uri", there), ("state", "s")]);
    assert_eq!(sent.status, 303, "{}", sent.body);
    assert!(sent.head.contains("http://127.0.0.1/callback?state=s"), "{}", sent.head);
    for (pairs, status) in [
        (&[("id_token_hint", hint), ("post_logout_redirect_uri", "https://evil.example/")][..], 400),
        (&[("id_token_hint", "x"), ("post_logout_redirect_uri", there)], 400),
        (&[("id_token_hint", hint), ("client_id", "demo-jwt")], 400),
        // Nobody proves who asks: the session ends, and nobody is sent anywhere.
        (&[("post_logout_redirect_uri", "https://evil.example/")], 200),
        (&[("client_id", "demo"), ("post_logout_redirect_uri", there)], 200),
        (&[], 200),
        (&[("state", "a"), ("state", "b")], 400),
    ] {
        let raw = leave(pairs);
        assert_eq!(raw.status, status, "{pairs:?}: {}", raw.body);
        assert!(!raw.head.to_ascii_lowercase().contains("location:"), "{}", raw.head);
    }
    // A bank that forgot to look is one of those a scenario can ask for.
    let open = self::bench("registered-logout-uri", "automatic");
    let (_, begun) = backchannel(&open, &[("login_hint", "alice")]);
    let tokens = poll(&open, CIBA, "auth_req_id", text(&begun, "auth_req_id")).1;
    let query = format!("id_token_hint={}&post_logout_redirect_uri=https://evil.example/", text(&tokens, "id_token"));
    assert_eq!(open.call("GET", &format!("/plain/oauth/logout?{query}"), &[], "").status, 303);
}
