//! Attacks on what a bank offers beside the code flow: registration, devices, the backchannel and logout. Each succeeds
//! where its rule is switched off, and nowhere else.

use std::time::Duration;

use axum::http::Method;
use serde_json::{Value, json};

use super::bench::{Answer, Bench, CALLBACK, basic};
use super::lenient::Attack;
use crate::auth::Software;

const DEMO: (&str, &str) = ("demo", "demo-secret");
const DEVICE_GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";
const APP: &str = "https://app.example/cb";

pub(super) const ELSEWHERE: &[(&str, Attack)] = &[
    ("backchannel-client", |bench| {
        let client = codes_alone(&bench);
        asked(&bench, "bc-authorize", (&client.0, &client.1), BACKCHANNEL).status == 200
    }),
    ("device-client", |bench| {
        let client = codes_alone(&bench);
        asked(&bench, "device_authorization", (&client.0, &client.1), &[("scope", "openid")]).status == 200
    }),
    ("binding-message", |bench| {
        let long = "x".repeat(61);
        let form = [BACKCHANNEL[0], BACKCHANNEL[1], ("binding_message", &*long)];
        asked(&bench, "bc-authorize", DEMO, &form).status == 200
    }),
    ("openid-scope", |bench| {
        asked(&bench, "bc-authorize", DEMO, &[("scope", "accounts"), ("login_hint", "alice")]).status == 200
    }),
    ("polled-request-of-client", |bench| {
        let code = device_code(&bench);
        let form = [("grant_type", DEVICE_GRANT), ("device_code", &*code), ("client_id", "demo-public")];
        bench.post("/oauth/token", &[], &form).refusal() == "400 authorization_pending"
    }),
    ("polling-pace", |bench| {
        let code = device_code(&bench);
        let poll = || asked(&bench, "token", DEMO, &[("grant_type", DEVICE_GRANT), ("device_code", &*code)]).refusal();
        poll();
        poll() == "400 authorization_pending"
    }),
    ("registered-logout-uri", |bench| {
        let hint = bench.tokens()["id_token"].as_str().expect("text").to_owned();
        let target = format!("/oauth/logout?id_token_hint={hint}&post_logout_redirect_uri=https://evil.example/bye");
        bench.get(&target, &[]).header("location").is_some_and(|to| to.starts_with("https://evil.example/bye"))
    }),
    ("logout-parameters", |bench| {
        let hint = bench.tokens()["id_token"].as_str().expect("text").to_owned();
        let target = format!("/oauth/logout?id_token_hint={hint}&post_logout_redirect_uri={CALLBACK}&state=a&state=b");
        bench.get(&target, &[]).status == 303
    }),
    ("no-push", |bench| registers(&bench, json!({"backchannel_token_delivery_mode": "push"})).status == 201),
    ("unchosen-client-id", |bench| {
        let answer = registers(&bench, json!({"client_id": "alice"}));
        answer.status == 201 && answer.json()["client_id"] == "alice"
    }),
    ("software-statement-issuer", |bench| {
        let claims =
            json!({"iss": "Another Directory", "iat": bench.now.as_second(), "exp": bench.now.as_second() + 60});
        let statement = bench.bank.auth.directory.say(&claims);
        registers(&bench, json!({"software_statement": statement})).status == 201
    }),
    ("software-statement-signature", |bench| {
        let statement = stated(&bench);
        let signed = statement.rsplit_once('.').expect("three parts").0.to_owned();
        registers(&bench, json!({"software_statement": format!("{signed}.{}", "A".repeat(86))})).status == 201
    }),
    ("software-statement-times", |mut bench| {
        let statement = stated(&bench);
        bench.advance(Duration::from_secs(7200));
        registers(&bench, json!({"software_statement": statement})).status == 201
    }),
    ("stated-redirect-uris", |bench| {
        let asked = json!({"software_statement": stated(&bench), "redirect_uris": ["https://evil.example/cb"]});
        registers(&bench, asked).status == 201
    }),
];

const BACKCHANNEL: &[(&str, &str)] = &[("scope", "openid accounts"), ("login_hint", "alice")];

fn asked(bench: &Bench, endpoint: &str, (id, secret): (&str, &str), form: &[(&str, &str)]) -> Answer {
    bench.post(&format!("/oauth/{endpoint}"), &[("authorization", &basic(id, secret))], form)
}

fn device_code(bench: &Bench) -> String {
    let begun = asked(bench, "device_authorization", DEMO, &[("scope", "openid accounts")]).ok_json();
    begun["device_code"].as_str().expect("text").to_owned()
}

fn registers(bench: &Bench, mut body: Value) -> Answer {
    if body.get("redirect_uris").is_none() {
        body["redirect_uris"] = json!([APP]);
    }
    bench.send(Method::POST, "/oauth/register", &[("content-type", "application/json")], &body.to_string())
}

/// Id and secret of a client that registered for codes and nothing else.
fn codes_alone(bench: &Bench) -> (String, String) {
    let made = registers(bench, json!({"grant_types": ["authorization_code"]})).json();
    let text = |member: &str| made[member].as_str().expect("text").to_owned();
    (text("client_id"), text("client_secret"))
}

/// What the directory says of software, for an hour.
fn stated(bench: &Bench) -> String {
    let software = Software {
        name: "Budget".to_owned(),
        software_id: None,
        organisation_id: "PSDGB-SCA-100001".to_owned(),
        organisation: "Demo App Limited".to_owned(),
        roles: Vec::new(),
        redirect_uris: vec![APP.to_owned()],
        jwks: None,
        valid_for: Duration::from_secs(3600),
    };
    bench.bank.auth.software_statement(&software, bench.now)
}
