//! Two processes with one seed say the same, byte for byte.

use reqwest::Method;
use serde_json::{Value, json};

use crate::process::Process;

const SCENARIO: &str = "sandbox: 1\nname: alike\nseed: 4711\nclock: {start: 2026-03-01T08:00:00Z, mode: manual}\n";

/// All that each person of the bank has, as a process of its own tells it.
fn told(name: &str) -> Vec<String> {
    let process = Process::start(name, &[], Some(SCENARIO));
    let (bank, control) = (format!("{}/plain", process.url("base_url")), process.url("control_url"));
    let (client, runtime) = (reqwest::Client::new(), tokio::runtime::Runtime::new().unwrap());
    let call = |method: Method, url: String, token: &str, body: String| {
        runtime.block_on(async {
            // Links name the host that was asked, and the ports of the two are their own.
            let asked = client.request(method, &url).header("host", "bank.test").bearer_auth(token).body(body);
            let answer = asked.send().await.unwrap();
            assert!(answer.status().is_success(), "{url}: {answer:?}");
            answer.text().await.unwrap()
        })
    };
    let users = call(Method::GET, format!("{control}/v1/worlds/default/users?bank=plain"), "", String::new());
    let users: Vec<Value> = serde_json::from_str(&users).unwrap();
    let mut told = Vec::new();
    for user in &users {
        let order = json!({"bank": "plain", "client_id": "demo", "username": user["username"]}).to_string();
        let granted = call(Method::POST, format!("{control}/v1/worlds/default/consents"), "", order);
        let granted: Value = serde_json::from_str(&granted).unwrap();
        let token = granted["access_token"].as_str().unwrap();
        let get = |path: String| call(Method::GET, format!("{bank}/{path}"), token, String::new());
        let accounts = get("accounts?limit=100".to_owned());
        let rows: Value = serde_json::from_str(&accounts).unwrap();
        for account in rows["data"].as_array().unwrap() {
            let id = account["id"].as_str().unwrap();
            told.push(get(format!("accounts/{id}/balances")));
            told.push(get(format!("accounts/{id}/transactions?limit=100")));
        }
        told.push(accounts);
    }
    told
}

#[test]
fn two_processes_with_one_seed_say_the_same_bytes() {
    let (first, second) = (told("alike-first"), told("alike-second"));
    assert!(first.len() > 20, "there was little to compare");
    assert_eq!(first, second);
}
