//! Ready access to a bank of the sandbox, through the control API.

use serde_json::{Value, json};

/// A consent approved without a login.
#[derive(Debug, Clone)]
pub struct Ready {
    /// Its id.
    pub consent_id: String,
    /// A bearer token.
    pub access_token: String,
    /// A refresh token.
    pub refresh_token: String,
    /// The accounts it covers.
    pub account_ids: Vec<String>,
}

/// Asks the control API for a consent of `username` for `client_id` in the default world.
///
/// # Panics
/// If the control API refuses.
pub async fn consent(control_url: &str, bank: &str, client_id: &str, username: &str) -> Ready {
    let url = format!("{control_url}/v1/worlds/default/consents");
    let body = json!({"bank": bank, "client_id": client_id, "username": username});
    let answer = reqwest::Client::new().post(url).json(&body).send().await.expect("the control API answers");
    let status = answer.status();
    let text = answer.text().await.expect("the answer is text");
    assert_eq!(status, 201, "{text}");
    let answer: Value = serde_json::from_str(&text).expect("the answer is JSON");
    let text = |name: &str| answer[name].as_str().unwrap_or_else(|| panic!("no {name} in {answer}")).to_owned();
    let accounts = answer["account_ids"].as_array().unwrap_or_else(|| panic!("no account_ids in {answer}"));
    Ready {
        consent_id: text("consent_id"),
        access_token: text("access_token"),
        refresh_token: text("refresh_token"),
        account_ids: accounts.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
    }
}
