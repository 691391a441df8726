//! Worlds and addresses.

use serde_json::Value;

use crate::bench::Bench;

fn get(bench: &Bench, host: &str, path: &str, token: &str) -> crate::bench::Raw {
    let request =
        format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n\r\n");
    bench.raw(request.as_bytes())
}

#[test]
fn a_token_of_one_world_is_worth_nothing_in_another() {
    let bench = Bench::with(bank_sandbox::Sandbox::builder().world("red").world("blue"));
    let token = bench.token("red");
    assert_eq!(get(&bench, "b", "/w/red/plain/accounts", &token).status, 200);
    assert_eq!(get(&bench, "b", "/w/blue/plain/accounts", &token).status, 401);
    assert_eq!(get(&bench, "b", "/plain/accounts", &token).status, 401);
    let operations =
        |world| bench.journal(world).iter().map(|entry| entry["response"]["status"].clone()).collect::<Vec<_>>();
    assert_eq!(operations("red"), [Value::from(200)]);
    assert_eq!(operations("blue"), [Value::from(401)]);
    assert_eq!(operations("default"), [Value::from(401)]);
}

#[test]
fn a_bank_is_reached_by_path_and_by_host_name_and_its_issuer_follows() {
    let bench = Bench::with(bank_sandbox::Sandbox::builder().world("red"));
    let issuer = |host: &str, path: &str| {
        let answer = get(&bench, host, path, "");
        assert_eq!(answer.status, 200, "{host}{path}");
        serde_json::from_str::<Value>(&answer.body).unwrap()["issuer"].as_str().unwrap().to_owned()
    };
    let openid = "/.well-known/openid-configuration";
    let oauth = "/.well-known/oauth-authorization-server";
    assert_eq!(issuer("bank.test:1", &format!("/plain{openid}")), "http://bank.test:1/plain");
    assert_eq!(issuer("bank.test:1", &format!("/w/red/plain{oauth}")), "http://bank.test:1/w/red/plain");
    assert_eq!(issuer("plain.localhost:9", openid), "http://plain.localhost:9");
    assert_eq!(issuer("RED--plain.localhost", oauth), "http://RED--plain.localhost");
    assert_eq!(issuer("bank.test", &format!("{oauth}/plain")), "http://bank.test/plain");
    assert_eq!(issuer("bank.test", &format!("{openid}/w/red/plain")), "http://bank.test/w/red/plain");
}

#[test]
fn a_configured_public_base_is_what_links_are_built_from() {
    let bench = Bench::with(bank_sandbox::Sandbox::builder().public_base("https://bank.example/sim/"));
    let answer = get(&bench, "10.0.0.1", "/plain/.well-known/openid-configuration", "");
    assert!(answer.body.contains("\"https://bank.example/sim/plain\""), "{}", answer.body);
}

#[test]
fn worlds_are_made_listed_and_removed_and_names_are_checked() {
    let bench = Bench::start();
    let (status, made) = bench.control(
        "POST",
        "/v1/worlds",
        r#"{"name": "ci-1", "seed": 7, "clock": {"mode": "manual", "start": "2026-03-01T08:00:00Z"}}"#,
    );
    assert_eq!((status, &made["now"]), (201, &Value::from("2026-03-01T08:00:00Z")));
    assert_eq!(made["banks"][0]["base_url"], format!("{}/w/ci-1/plain", bench.running().base_url));
    assert_eq!(bench.control("POST", "/v1/worlds", r#"{"name": "ci-1"}"#).0, 409);
    for bad in ["", "Default", "a--b", "-a", "a/b", "ä"] {
        let body = serde_json::json!({ "name": bad }).to_string();
        assert_eq!(bench.control("POST", "/v1/worlds", &body).0, 422, "{bad}");
    }
    assert_eq!(bench.control("POST", "/v1/worlds", r#"{"name": "default"}"#).0, 409);
    let (_, unnamed) = bench.control("POST", "/v1/worlds", "");
    let (_, all) = bench.control("GET", "/v1/worlds", "");
    assert_eq!(all.as_array().unwrap().len(), 3);
    assert_eq!(bench.control("DELETE", "/v1/worlds/ci-1", "").0, 204);
    assert_eq!(bench.control("GET", "/v1/worlds/ci-1", "").0, 404);
    assert_eq!(bench.control("GET", &format!("/v1/worlds/{}", unnamed["name"].as_str().unwrap()), "").0, 200);
    assert_eq!(bench.control("DELETE", "/v1/worlds/default", "").0, 409);
}
