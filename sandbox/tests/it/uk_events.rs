//! Events of the UK banks as they come to a client: fetched until acknowledged, or pushed to its address, each a signed token.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::mpsc;

use bank_sandbox::Sandbox;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde_json::{Value, json};

use crate::bench::Bench;

const BASE: &str = "/albion/open-banking/v4.0";

fn bench() -> Bench {
    let scenario =
        "sandbox: 1\nname: test\nseed: 7\nclock: {start: 2026-03-02T09:00:00Z, mode: manual}\nbanks: [albion]\n";
    Bench::with(Sandbox::builder().scenario(scenario).unwrap_or_else(|errors| panic!("{errors}")))
}

fn call(bench: &Bench, method: &str, path: &str, body: &Value) -> Value {
    let form = "grant_type=client_credentials&scope=accounts%20payments&client_id=demo&client_secret=demo-secret";
    let kind = [("Content-Type", "application/x-www-form-urlencoded")];
    let token: Value = serde_json::from_str(&bench.call("POST", "/albion/oauth/token", &kind, form).body).unwrap();
    let bearer = format!("Bearer {}", token["access_token"].as_str().unwrap());
    let headers =
        [("Authorization", bearer.as_str()), ("Content-Type", "application/json"), ("x-idempotency-key", "k")];
    let answer = bench.call(method, &format!("{BASE}{path}"), &headers, &body.to_string());
    assert!(answer.status < 300, "{answer:?}");
    serde_json::from_str(&answer.body).unwrap_or(Value::Null)
}

/// A consent that alice gave and takes back at the bank.
fn revoked(bench: &Bench) -> String {
    let permissions = ["ReadAccountsBasic", "ReadBalances"];
    let asked = json!({"Data": {"Permissions": permissions}, "Risk": {}});
    let consent = call(bench, "POST", "/aisp/account-access-consents", &asked);
    let id = consent["Data"]["ConsentId"].as_str().unwrap().to_owned();
    let query = format!(
        "response_type=code&client_id=demo&redirect_uri=http://127.0.0.1:4000/callback&scope=openid%20accounts&state=s&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256&login_hint=alice&consent_id={id}"
    );
    assert_eq!(bench.call("GET", &format!("/albion/oauth/authorize?{query}"), &[], "").status, 303);
    let path = format!("/v1/worlds/default/consents/{id}?bank=albion");
    let (status, said) = bench.control("DELETE", &path, "");
    assert!(status < 300, "{status} {said}");
    id
}

/// The claims of a token that the bank signed.
fn claims(bench: &Bench, token: &str) -> Value {
    let keys: Value = serde_json::from_str(&bench.call("GET", "/albion/oauth/jwks", &[], "").body).unwrap();
    let header: Value =
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(token.split('.').next().unwrap()).unwrap()).unwrap();
    let key = keys["keys"].as_array().unwrap().iter().find(|key| key["kid"] == header["kid"]).unwrap();
    let key: jsonwebtoken::jwk::Jwk = serde_json::from_value(key.clone()).unwrap();
    let mut rules = Validation::new(Algorithm::PS256);
    rules.set_audience(&["demo"]);
    rules.validate_exp = false;
    rules.required_spec_claims.clear();
    jsonwebtoken::decode::<Value>(token, &DecodingKey::from_jwk(&key).unwrap(), &rules).unwrap().claims
}

#[test]
fn what_happens_waits_until_it_is_acknowledged() {
    let bench = bench();
    call(&bench, "POST", "/event-subscriptions", &json!({"Data": {"Version": "4.0"}}));
    let consents = [revoked(&bench), revoked(&bench)];
    let poll = |body: Value| call(&bench, "POST", "/events", &body);
    let first = poll(json!({"maxEvents": 1, "returnImmediately": true}));
    assert_eq!(first["moreAvailable"], true);
    let (jti, token) = first["sets"].as_object().unwrap().iter().next().unwrap();
    let event = claims(&bench, token.as_str().unwrap());
    assert_eq!(event["jti"], jti.as_str());
    let subject = &event["events"]["urn:uk:org:openbanking:events:consent-authorization-revoked"]["subject"];
    assert_eq!(subject["http://openbanking.org.uk/rid"], consents[0].as_str(), "{event:#}");
    let link = subject["http://openbanking.org.uk/rlk"][0]["link"].as_str().unwrap();
    assert!(
        link.ends_with(&format!("{BASE}/aisp/account-access-consents/{}", consents[0])) && link.starts_with("http")
    );
    let both = poll(json!({"returnImmediately": true}));
    assert_eq!(both["sets"].as_object().unwrap().len(), 2, "unacknowledged ones come again");
    let last: Vec<&String> = both["sets"].as_object().unwrap().keys().filter(|id| *id != jti).collect();
    let none = poll(json!({"ack": [jti], "setErrs": {last[0]: {"err": "jwtIss", "description": "unknown issuer"}}}));
    assert_eq!(none, json!({"moreAvailable": false, "sets": {}}));
}

#[test]
fn what_happens_is_pushed_to_the_address_of_the_client() {
    let bench = bench();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/open-banking/v4.0/event-notifications", listener.local_addr().unwrap());
    let (sender, received) = mpsc::channel();
    let receiver = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let (mut text, mut buffer) = (String::new(), [0; 8192]);
        let (head, body) = loop {
            let read = stream.read(&mut buffer).unwrap();
            text.push_str(std::str::from_utf8(&buffer[..read]).unwrap());
            let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
            let head = head.to_ascii_lowercase();
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
            if body.len() >= length.parse().unwrap() {
                break (head, body.to_owned());
            }
        };
        stream.write_all(b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").unwrap();
        sender.send((head, body)).unwrap();
    });
    call(&bench, "POST", "/event-subscriptions", &json!({"Data": {"Version": "4.0", "CallbackUrl": url}}));
    let consent = revoked(&bench);
    let (head, token) = received.recv_timeout(std::time::Duration::from_secs(10)).unwrap();
    receiver.join().unwrap();
    assert!(head.contains("content-type: application/jwt") && head.contains("x-fapi-financial-id: "), "{head}");
    assert!(claims(&bench, &token)["sub"].as_str().unwrap().ends_with(&consent));
}
