//! A careful client of the generic bank in Rust: reads everything a consent allows, and hands over canonical v1.
#![expect(clippy::disallowed_methods, reason = "a program of its own waits in real time")]

use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};
use std::io::Write;
use std::path::PathBuf;
use std::time::Duration;

use reqwest::{Response, Url, redirect};
use serde_json::{Value, json};

/// A call that was given up: its canonical class.
type Trouble = &'static str;

struct Bank {
    http: reqwest::Client,
    base: Url,
    tokens: Value,
    is_renewed: bool,
}

fn env(name: &str) -> String {
    std::env::var(name).unwrap_or_default()
}

fn file(name: &str) -> PathBuf {
    PathBuf::from(env("WORK_DIR")).join(name)
}

impl Bank {
    /// The same request until it succeeds or nothing suggests that it will.
    async fn get(&mut self, url: &Url) -> Result<Value, Trouble> {
        let mut broken = 0;
        for attempt in 1.. {
            let token = self.tokens["access_token"].as_str().unwrap_or_default();
            let answer = self.http.get(url.clone()).bearer_auth(token).send().await;
            let wait = answer.as_ref().ok().and_then(asked_wait).unwrap_or_default();
            let trouble = match answer {
                Err(_) => "provider_unavailable",
                Ok(answer) => match answer.status().as_u16() {
                    200..=299 => match answer.json().await {
                        Ok(value) => return Ok(value),
                        Err(_) => "protocol_violation",
                    },
                    401 if self.renew().await => continue,
                    429 => "rate_limited",
                    408 | 425 | 500 | 502..=504 | 529 | 599 => "provider_unavailable",
                    status => {
                        let classes = [(401, "auth_token"), (403, "consent_scope"), (404, "resource_gone")];
                        let known = classes.iter().find(|(known, _)| *known == status);
                        return Err(known.map_or("invalid_request", |(_, class)| class));
                    }
                },
            };
            broken += u32::from(trouble == "protocol_violation");
            if attempt == 5 || broken > 2 {
                return Err(trouble);
            }
            // Doubled from attempt to attempt, jittered over its upper half, on top of what the bank asked for.
            let (half, chance) = (50 << attempt, RandomState::new().hash_one(attempt));
            tokio::time::sleep(wait + Duration::from_millis(half + chance % half)).await;
        }
        Err("timeout")
    }

    /// Once: a fresh token that is refused too needs the account holder.
    async fn renew(&mut self) -> bool {
        let refresh = self.tokens["refresh_token"].as_str().unwrap_or_default().to_owned();
        if self.is_renewed || refresh.is_empty() {
            return false;
        }
        self.is_renewed = true;
        let request = self.http.post(env("BANK_TOKEN_URL"));
        let request = request.form(&[("grant_type", "refresh_token"), ("refresh_token", refresh.as_str())]);
        let answer = request.basic_auth(env("BANK_CLIENT_ID"), Some(env("BANK_CLIENT_SECRET"))).send().await;
        let Ok(answer) = answer.and_then(Response::error_for_status) else { return false };
        let Ok(issued) = answer.json::<Value>().await else { return false };
        self.tokens["access_token"] = issued["access_token"].clone();
        self.tokens["refresh_token"] = issued.get("refresh_token").cloned().unwrap_or(json!(refresh));
        // On disk before it is used, whole or not at all.
        let kept = std::fs::write(file("tokens.next"), self.tokens.to_string());
        kept.and_then(|()| std::fs::rename(file("tokens.next"), file("tokens.json"))).is_ok()
    }

    /// Every row once; a link that leads away from the bank, or nowhere new, is an error and not the end.
    async fn list(&mut self, path: &str) -> Result<Vec<Value>, Trouble> {
        let mut url = Url::parse(&format!("{}{path}?limit=100", self.base)).map_err(|_| "invalid_request")?;
        let (mut rows, mut ids, mut seen) = (Vec::new(), HashSet::new(), HashSet::new());
        loop {
            let page = self.get(&url).await?;
            let (before, data) = (rows.len(), page["data"].as_array().ok_or("protocol_violation")?);
            let name = |row: &Value| row["id"].as_str().map_or(row.to_string(), str::to_owned);
            rows.extend(data.iter().filter(|row| ids.insert(name(row))).cloned());
            seen.insert(url.clone());
            let Some(next) = page["links"]["next"].as_str() else { return Ok(rows) };
            url = url.join(next).map_err(|_| "protocol_violation")?;
            if url.origin() != self.base.origin() || seen.contains(&url) || rows.len() == before {
                return Err("protocol_violation");
            }
        }
    }
}

/// What a Retry-After asks for: seconds, or a date by the bank's own clock.
fn asked_wait(answer: &Response) -> Option<Duration> {
    let header = |name: &str| answer.headers().get(name)?.to_str().ok().map(str::trim).map(str::to_owned);
    let value = header("retry-after")?;
    let date = |text: &str| jiff::fmt::rfc2822::parse(text).ok().map(|at| at.timestamp());
    let until = || Duration::try_from(date(&value)?.duration_since(date(&header("date")?)?)).ok();
    value.parse().ok().map(Duration::from_secs).or_else(until)
}

fn money(own: &Value) -> Value {
    json!({"amount": own["value"], "currency": own["currency"]})
}

async fn sync(bank: &mut Bank) -> Result<Value, Trouble> {
    let (mut accounts, mut balances, mut transactions, mut errors) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for row in bank.list("/accounts").await? {
        let id = row["id"].as_str().unwrap_or_default();
        for (path, mine) in [("balances", &mut balances), ("transactions", &mut transactions)] {
            let read = if path == "balances" { balance } else { entry };
            match bank.list(&format!("/accounts/{id}/{path}")).await {
                Ok(rows) => mine.extend(rows.iter().map(|row| read(id, row))),
                // The accounts next to it stay complete.
                Err(class) => errors.push(json!({"class": class, "scope": "account", "account_id": id})),
            }
        }
        accounts.push(json!({"account_id": id, "identifiers": row["identifiers"], "currency": row["currency"],
            "type": row["type"], "status": row["status"], "name": row["name"], "owners": row["owners"]}));
    }
    Ok(json!({"canonical": "v1", "accounts": accounts, "balances": balances, "transactions": transactions,
        "errors": errors}))
}

fn balance(id: &str, row: &Value) -> Value {
    let kind = if row["type"] == "booked" { json!("booked_current") } else { row["type"].clone() };
    json!({"account_id": id, "type": kind, "amount": money(&row["amount"]), "as_of": row["as_of"]})
}

fn entry(id: &str, row: &Value) -> Value {
    json!({"account_id": id, "transaction_id": row["id"], "provider_id": row["id"], "status": row["status"],
        "kind": row["type"], "nature": row["nature"], "amount": money(&row["amount"]), "booking_date": row["booked_on"],
        "value_date": row["value_on"], "transaction_date": row["occurred_on"], "remittance": row["description"]})
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let http = reqwest::Client::builder().timeout(Duration::from_secs(10)).redirect(redirect::Policy::none());
    let given = json!({"access_token": env("BANK_ACCESS_TOKEN"), "refresh_token": env("BANK_REFRESH_TOKEN")});
    let kept = std::fs::read(file("tokens.json")).ok();
    let tokens = kept.and_then(|kept| serde_json::from_slice(&kept).ok()).unwrap_or(given);
    let mut bank =
        Bank { http: http.no_proxy().build()?, base: Url::parse(&env("BANK_BASE_URL"))?, tokens, is_renewed: false };
    let failed = |class| json!({"canonical": "v1", "errors": [{"class": class, "scope": "request"}]});
    let result = sync(&mut bank).await.unwrap_or_else(failed);
    writeln!(std::io::stdout(), "{result}")?;
    std::process::exit(i32::from(result["errors"].as_array().is_some_and(|errors| !errors.is_empty())))
}
