//! The control API's own document: every answer of every test is held against it, and every call in it is made.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::bench::Bench;

/// The document, and how to read it.
pub(crate) struct Documented {
    document: Value,
    /// Its components, closed: a member that is not documented is a mistake here, though clients must live with it.
    components: Value,
}

impl Documented {
    pub(crate) fn new(document: Value) -> Documented {
        let mut components = document["components"].clone();
        close(&mut components);
        Documented { document, components }
    }

    /// Every operation: method and path template.
    fn operations(&self) -> BTreeSet<(String, String)> {
        let paths = self.document["paths"].as_object().unwrap();
        let operations = paths.iter().flat_map(|(path, methods)| {
            methods.as_object().unwrap().keys().map(|method| (method.to_ascii_uppercase(), path.clone()))
        });
        operations.collect()
    }

    /// The operation of a call, if there is one.
    fn find(&self, method: &str, path: &str) -> Option<(&str, &Value)> {
        let path = path.split('?').next().unwrap();
        let fits = |template: &str| {
            let (left, right): (Vec<&str>, Vec<&str>) = (template.split('/').collect(), path.split('/').collect());
            left.len() == right.len()
                && left.iter().zip(right).all(|(left, right)| left.starts_with('{') || *left == right)
        };
        let paths = self.document["paths"].as_object().unwrap();
        // A literal segment wins over a parameter, as in the router.
        let found = paths
            .iter()
            .filter(|(template, _)| fits(template))
            .min_by_key(|(template, _)| template.matches('{').count());
        let (template, methods) = found?;
        Some((template, methods.get(method.to_ascii_lowercase())?))
    }

    /// Holds an answer against the document. Calls it does not know are answered 404.
    pub(crate) fn check(&self, method: &str, path: &str, (status, kind): (u16, &str), text: &str) {
        let Some((_, operation)) = self.find(method, path) else {
            assert_eq!(status, 404, "{method} {path} is served and not documented");
            return;
        };
        let responses = &operation["responses"];
        let response = match responses.get(status.to_string()) {
            Some(response) => response,
            None => {
                assert!(status >= 400, "{method} {path} answers {status}, which is not documented");
                self.document.pointer(&responses["default"]["$ref"].as_str().unwrap()[1..]).unwrap()
            }
        };
        let Some(content) = response.get("content") else {
            assert_eq!(text, "", "{method} {path} has a body");
            return;
        };
        let media = content.get(kind).unwrap_or_else(|| panic!("{method} {path} answers {kind}: {content}"));
        match kind {
            "application/x-ndjson" => text.lines().for_each(|line| {
                self.validate(&json!({"$ref": "#/components/schemas/Exchange"}), line, path);
            }),
            _ if kind.ends_with("json") => self.validate(&media["schema"], text, path),
            _ => {}
        }
    }

    fn validate(&self, schema: &Value, text: &str, path: &str) {
        let mut schema = schema.clone();
        schema["components"] = self.components.clone();
        let validator = jsonschema::draft202012::new(&schema).unwrap();
        let value = serde_json::from_str(text).unwrap();
        let wrong: Vec<String> =
            validator.iter_errors(&value).map(|error| format!("{} at {}", error, error.instance_path())).collect();
        assert!(wrong.is_empty(), "{path}: {wrong:?} in {text}");
    }
}

/// Forbids members that are not named.
fn close(schema: &mut Value) {
    match schema {
        Value::Object(members) => {
            members.values_mut().for_each(close);
            if members.get("type") == Some(&json!("object")) && members.contains_key("properties") {
                members.entry("additionalProperties").or_insert(json!(false));
            }
        }
        Value::Array(items) => items.iter_mut().for_each(close),
        _ => {}
    }
}

#[test]
fn every_documented_call_is_made_and_answers_as_documented() {
    let bench = Bench::start();
    let scenario = "sandbox: 1\nname: s\nseed: 1\nclock: manual\n\
        consents: [{client: demo, user: alice}]\nrules:\n  - {name: a, match: {op: payments.create}, do: {delay: 1ms}}\n";
    let made = json!({"name": "w", "scenario": scenario, "ttl": "1h", "clients": ["mine"]}).to_string();
    let (status, made) = bench.control("POST", "/v1/worlds", &made);
    assert_eq!(status, 201, "{made}");
    let access = &made["access"][0];
    let text = |name: &str| access[name].as_str().unwrap().to_owned();
    let (consent, token, account) =
        (text("consent_id"), text("access_token"), access["account_ids"][0].as_str().unwrap().to_owned());
    assert_eq!(bench.pay("/w/w/plain", &account, "key", &token).status, 201);

    let entry = json!({"account_id": account, "amount": {"value": "1.00", "currency": "GBP"}}).to_string();
    let calls: &[(&str, &str, &str, u16)] = &[
        ("GET", "/health", "", 200),
        ("GET", "/openapi.json", "", 200),
        ("GET", "/v1/ca.pem", "", 409),
        ("POST", "/v1/certificates", r#"{"name": "tpp"}"#, 409),
        ("GET", "/v1/status", "", 200),
        ("GET", "/v1/worlds", "", 200),
        ("GET", "/v1/worlds/w", "", 200),
        ("POST", "/v1/worlds/w/snapshots", "", 201),
        ("GET", "/v1/worlds/w/snapshots", "", 200),
        ("POST", "/v1/worlds/w/fork", r#"{"name": "f", "snapshot": "s1"}"#, 201),
        ("GET", "/v1/worlds/w/scenario", "", 200),
        ("PUT", "/v1/worlds/w/scenario", "sandbox: 1\nname: t\nprofiles: {p: [{name: q, do: {status: 503}}]}\n", 200),
        ("GET", "/v1/worlds/w/scenario/status", "", 200),
        ("PUT", "/v1/worlds/w/scenario", "sandbox: 2\n", 422),
        ("GET", "/v1/worlds/w/scenario/status", "", 200),
        ("PUT", "/v1/worlds/w/variables", r#"{"a": "b"}"#, 200),
        ("GET", "/v1/worlds/w/variables", "", 200),
        ("GET", "/v1/worlds/w/profiles", "", 200),
        ("PUT", "/v1/worlds/w/profiles/p", r#"{"on": false}"#, 200),
        ("PUT", "/v1/worlds/w/profiles/none", r#"{"on": true}"#, 404),
        ("GET", "/v1/worlds/w/clock", "", 200),
        ("POST", "/v1/worlds/w/clock/advance", r#"{"by": "1d"}"#, 200),
        ("GET", "/v1/worlds/w/journal", "", 200),
        ("GET", "/v1/worlds/w/journal.har", "", 200),
        ("GET", "/v1/worlds/w/journal/next", "", 200),
        ("GET", "/v1/worlds/w/journal/next?since=1&silence=1ms", "", 204),
        ("GET", "/v1/worlds/w/journal/counters", "", 200),
        ("GET", "/v1/worlds/w/users?bank=plain", "", 200),
        ("GET", "/v1/worlds/w/clients", "", 200),
        ("POST", "/v1/worlds/w/clients", r#"{"auth_method": "private_key_jwt"}"#, 201),
        (
            "POST",
            "/v1/worlds/w/webhooks",
            r#"{"bank": "plain", "client_id": "demo", "url": "http://127.0.0.1:9/hook"}"#,
            201,
        ),
        ("GET", "/v1/worlds/w/webhooks?bank=plain", "", 200),
        ("POST", "/v1/worlds/w/software-statements", r#"{"name": "app"}"#, 201),
        ("POST", "/v1/worlds/w/consents", r#"{"client_id": "demo", "username": "alice"}"#, 201),
        ("GET", "/v1/worlds/w/consents?status=active", "", 200),
        ("GET", "/v1/worlds/w/consents/CONSENT", "", 200),
        ("PUT", "/v1/worlds/w/consents/CONSENT", r#"{"status": "rejected", "username": "ben"}"#, 409),
        ("POST", "/v1/worlds/w/decisions", r#"{"username": "alice", "outcome": "deny"}"#, 201),
        ("GET", "/v1/worlds/w/decisions", "", 200),
        ("DELETE", "/v1/worlds/w/decisions", "", 204),
        ("GET", "/v1/worlds/w/logins", "", 200),
        ("POST", "/v1/worlds/w/logins/x", r#"{"outcome": "deny"}"#, 404),
        ("GET", "/v1/worlds/w/oracle?consent=CONSENT", "", 200),
        ("POST", "/v1/worlds/w/transactions", "ENTRY", 201),
        ("DELETE", "/v1/worlds/w/consents/CONSENT", "", 204),
        ("POST", "/v1/worlds/w/restore", r#"{"snapshot": "s1"}"#, 200),
        ("DELETE", "/v1/worlds/w/snapshots/s1", "", 204),
        ("POST", "/v1/worlds/w/reset", "", 200),
        ("GET", "/v1/worlds/default/scenario", "", 204),
        ("DELETE", "/v1/worlds/w", "", 204),
        ("GET", "/v1/worlds/w", "", 404),
    ];
    let mut made = BTreeSet::from([("POST".to_owned(), "/v1/worlds".to_owned())]);
    for (method, path, body, expected) in calls {
        let (path, body) = (path.replace("CONSENT", &consent), body.replace("ENTRY", &entry));
        let (status, text) = bench.control_text(method, &path, &body);
        assert_eq!(status, *expected, "{method} {path}: {text}");
        let (template, _) = bench.documented().find(method, &path).unwrap();
        made.insert(((*method).to_owned(), template.to_owned()));
    }
    // A stream does not end by itself: its head is enough here.
    let url = format!("{}/v1/worlds/default/journal/stream", bench.running().control_url);
    let kind = bench.runtime.block_on(async {
        reqwest::Client::new().get(url).send().await.unwrap().headers()["content-type"].to_str().unwrap().to_owned()
    });
    assert_eq!(kind, "text/event-stream");
    made.insert(("GET".to_owned(), "/v1/worlds/{world}/journal/stream".to_owned()));
    let missing: Vec<_> = bench.documented().operations().difference(&made).cloned().collect();
    assert!(missing.is_empty(), "no test makes these calls: {missing:?}");
}

#[test]
fn what_the_document_says_of_a_body_the_call_takes_or_refuses() {
    let bench = Bench::start();
    let names =
        ["NewWorld", "NewSnapshot", "Restore", "Fork", "Advance", "NewClient", "NewConsent", "NewEntry", "Switch"];
    for name in names {
        let schema =
            json!({"$ref": format!("#/components/schemas/{name}"), "components": bench.documented().components});
        let validator = jsonschema::draft202012::new(&schema).unwrap();
        assert!(!validator.is_valid(&json!({"no_such_member": 1})), "{name}: unknown members are refused");
    }
    for (path, body) in [
        ("worlds", json!({"no_such_member": 1})),
        ("worlds", json!({"seed": -1})),
        ("worlds", json!({"clients": 1})),
        ("worlds/default/restore", json!({})),
        ("worlds/default/fork", json!({"clients": [1]})),
        ("worlds/default/clock/advance", json!({})),
        ("worlds/default/consents", json!({"username": "alice"})),
        ("worlds/default/transactions", json!({"account_id": "x"})),
    ] {
        assert_eq!(bench.control("POST", &format!("/v1/{path}"), &body.to_string()).0, 400, "{path} {body}");
    }
}
