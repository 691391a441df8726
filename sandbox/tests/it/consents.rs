//! Consents and logins over the control API, and what scenarios make of them, against a running sandbox.

use serde_json::{Value, json};

use crate::bench::Bench;

const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

/// A world of its own whose clock moves by hand, under these rules.
fn world(bench: &Bench, rules: &str) {
    let scenario = format!("sandbox: 1\nname: mine\nbanks: [plain]\nclock: {{mode: manual}}\nrules: {rules}\n");
    let (status, made) =
        bench.control("POST", "/v1/worlds", &json!({"name": "mine", "scenario": scenario}).to_string());
    assert_eq!(status, 201, "{made}");
}

/// Sends the account holder of `login_hint` to the bank, and returns where the browser is sent.
fn authorize(bench: &Bench, hint: &str) -> Option<url::Url> {
    let query = format!(
        "response_type=code&client_id=demo&redirect_uri=http://127.0.0.1:4000/callback&scope=openid%20accounts&state=s&code_challenge={CHALLENGE}&code_challenge_method=S256&login_hint={hint}"
    );
    let answer = bench.call("GET", &format!("/w/mine/plain/oauth/authorize?{query}"), &[], "");
    answer.header("location").map(|location| location.parse().unwrap())
}

fn parameter(url: &url::Url, name: &str) -> Option<String> {
    url.query_pairs().find(|pair| pair.0 == name).map(|pair| pair.1.into_owned())
}

/// Exchanges a code.
fn redeem(bench: &Bench, code: &str) -> (u16, Value) {
    let form = format!(
        "grant_type=authorization_code&code={code}&redirect_uri=http://127.0.0.1:4000/callback&code_verifier={VERIFIER}&client_id=demo&client_secret=demo-secret"
    );
    let headers = [("Content-Type", "application/x-www-form-urlencoded")];
    let answer = bench.call("POST", "/w/mine/plain/oauth/token", &headers, &form);
    (answer.status, serde_json::from_str(&answer.body).unwrap())
}

fn accounts(bench: &Bench, token: &str) -> u16 {
    let bearer = format!("Bearer {token}");
    bench.call("GET", "/w/mine/plain/accounts", &[("Authorization", &bearer)], "").status
}

fn consents(bench: &Bench, query: &str) -> Vec<Value> {
    let (status, found) = bench.control("GET", &format!("/v1/worlds/mine/consents{query}"), "");
    assert_eq!(status, 200, "{found}");
    found.as_array().unwrap().clone()
}

#[test]
fn a_decision_given_in_advance_spares_the_pages() {
    let bench = Bench::start();
    world(&bench, "[]");
    let order = |body: Value| bench.control("POST", "/v1/worlds/mine/decisions", &body.to_string());
    assert_eq!(order(json!({"username": "ben", "outcome": "deny", "times": 2})).0, 201);
    let (_, waiting) = bench.control("GET", "/v1/worlds/mine/decisions", "");
    assert_eq!(waiting[0]["times"], 2);
    assert_eq!(parameter(&authorize(&bench, "ben").unwrap(), "error").as_deref(), Some("access_denied"));
    assert!(parameter(&authorize(&bench, "alice").unwrap(), "code").is_some(), "it was about ben");
    assert_eq!(bench.control("DELETE", "/v1/worlds/mine/decisions", "").0, 204);
    assert!(parameter(&authorize(&bench, "ben").unwrap(), "code").is_some(), "forgotten");
    let (status, wrong) = order(json!({"username": "nobody", "outcome": "deny"}));
    assert_eq!(status, 422);
    assert!(wrong["detail"].as_str().unwrap().contains("alice"), "{wrong}");
    let (status, wrong) = order(json!({"outcome": "dney"}));
    assert_eq!((status, wrong["errors"][0]["suggestion"].as_str()), (400, Some("deny")), "{wrong}");
}

#[test]
fn a_login_that_goes_on_is_seen_and_decided() {
    let bench = Bench::start();
    world(&bench, "[]");
    let page = bench.call(
        "GET",
        &format!("/w/mine/plain/oauth/authorize?response_type=code&client_id=demo&redirect_uri=http://127.0.0.1:4000/callback&scope=accounts&code_challenge={CHALLENGE}&code_challenge_method=S256"),
        &[],
        "",
    );
    assert_eq!(page.status, 200);
    let (_, logins) = bench.control("GET", "/v1/worlds/mine/logins", "");
    assert_eq!((&logins[0]["client_id"], &logins[0]["place"]), (&json!("demo"), &json!("login")));
    let path = format!("/v1/worlds/mine/logins/{}", logins[0]["login_id"].as_str().unwrap());
    let (status, nobody) = bench.control("POST", &path, r#"{"outcome": "approve"}"#);
    assert_eq!(status, 422, "{nobody}");
    let (status, decided) = bench.control("POST", &path, r#"{"outcome": "approve", "username": "alice"}"#);
    assert_eq!(status, 200, "{decided}");
    let location: url::Url = decided["location"].as_str().unwrap().parse().unwrap();
    let (status, tokens) = redeem(&bench, &parameter(&location, "code").unwrap());
    assert_eq!((status, accounts(&bench, tokens["access_token"].as_str().unwrap())), (200, 200));
    assert_eq!(bench.control("POST", &path, r#"{"outcome": "deny"}"#).0, 404, "it is over");
}

#[test]
fn a_consent_lives_through_its_states() {
    let bench = Bench::start();
    world(&bench, "[]");
    let granted = |username: &str| {
        let order = json!({"client_id": "demo", "username": username}).to_string();
        let (status, granted) = bench.control("POST", "/v1/worlds/mine/consents", &order);
        assert_eq!(status, 201, "{granted}");
        (granted["consent_id"].as_str().unwrap().to_owned(), granted["access_token"].as_str().unwrap().to_owned())
    };
    for (body, status, ended_by) in [
        (json!({"status": "revoked"}), "revoked", json!("holder")),
        (json!({"status": "revoked", "by": "bank"}), "revoked", json!("bank")),
        (json!({"status": "ended_by_client"}), "ended_by_client", json!("client")),
        (json!({"status": "consumed"}), "consumed", json!("use")),
        (json!({"status": "expired"}), "expired", Value::Null),
    ] {
        let (id, token) = granted("alice");
        assert_eq!(accounts(&bench, &token), 200);
        let path = format!("/v1/worlds/mine/consents/{id}");
        let (code, turned) = bench.control("PUT", &path, &body.to_string());
        assert_eq!((code, &turned["status"], &turned["ended_by"]), (200, &json!(status), &ended_by), "{turned}");
        assert_eq!(accounts(&bench, &token), 403, "{status}");
        let (code, refused) = bench.control("PUT", &path, r#"{"status": "active", "username": "alice"}"#);
        assert_eq!(code, 409, "what is over stays over: {refused}");
        assert!(consents(&bench, &format!("?status={status}&user=alice")).iter().any(|one| one["consent_id"] == *id));
    }
    let (_, token) = granted("ben");
    bench.control("POST", "/v1/worlds/mine/clock/advance", r#"{"by": "90d"}"#);
    assert_eq!(consents(&bench, "?user=ben")[0]["status"], "expired", "by the world's clock");
    assert_ne!(accounts(&bench, &token), 200);
    assert_eq!(bench.control("GET", "/v1/worlds/mine/consents/con_x", "").0, 404);
}

#[test]
fn a_second_holder_agrees_later_by_the_scenario_s_clock() {
    let bench = Bench::start();
    world(
        &bench,
        "[{name: two, match: {op: authorize.start}, do: {decision: second-approver}}, {name: later, event: consent.partially_authorised, do: {after: 2m, bank: {consent.status: authorised}}}]",
    );
    let (status, tokens) = redeem(&bench, &parameter(&authorize(&bench, "alice").unwrap(), "code").unwrap());
    assert_eq!(status, 200, "{tokens}");
    let token = tokens["access_token"].as_str().unwrap();
    assert_eq!(accounts(&bench, token), 403, "one is not enough");
    assert_eq!(consents(&bench, "")[0]["status"], "partially_authorised");
    bench.control("POST", "/v1/worlds/mine/clock/advance", r#"{"by": "119s"}"#);
    assert_eq!(accounts(&bench, token), 403);
    bench.control("POST", "/v1/worlds/mine/clock/advance", r#"{"by": "1s"}"#);
    assert_eq!(accounts(&bench, token), 200);
    assert_eq!(consents(&bench, "")[0]["approvers"].as_array().unwrap().len(), 2);
}
