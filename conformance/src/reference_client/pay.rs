//! Makes one payment, once, whatever happens to the answers.
//!
//! Owns the order's memory: the idempotency key is on disk before the first request leaves, so neither a lost answer nor
//! a crash can make a second payment. While the bank may be asked again with the same key, it is; when that leads
//! nowhere, the order is looked up by its key.

use std::path::PathBuf;

use bank_fixtures::error_class::ErrorClass;
use reqwest::Method;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::bank::Bank;
use super::failure::Failure;
use super::mapping::Mapping;
use super::output::Output;
use super::policy::{Keys, UnknownOutcomes};
use super::settings::{Order, Settings};
use super::transport::Request;
use super::vault;

/// What we remember of an order.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Memory {
    key: String,
}

/// Sends the order, and finds out what became of it.
pub(crate) async fn pay(bank: &mut Bank<'_>, settings: &Settings, order: &Order) -> Output {
    let memory = match remember(settings, order) {
        Ok(memory) => memory,
        Err(reason) => return failed("payment", &Failure::broken(None, reason)),
    };
    let sent = match submit(bank, order, &memory.key).await {
        Err(failure) if failure.outcome_unknown() => unknown(bank, order, &memory.key, failure).await,
        other => other.map(|row| (memory.key, row)),
    };
    report(bank, order, sent)
}

/// Finds out what became of an order sent earlier.
pub(crate) async fn status(bank: &mut Bank<'_>, settings: &Settings, order: &Order) -> Output {
    let Some(memory) = vault::read::<Memory>(&memory_file(settings, order)) else {
        return failed("payment", &never_sent());
    };
    let found = look_up(bank, &memory.key).await.and_then(|row| row.ok_or_else(never_sent));
    report(bank, order, found.map(|row| (memory.key, row)))
}

async fn submit(bank: &mut Bank<'_>, order: &Order, key: &str) -> Result<Value, Failure> {
    let mut body = json!({
        "debtor_account_id": order.debtor_account,
        "creditor": {
            "name": order.creditor_name,
            "account": {"scheme": order.creditor_scheme, "value": order.creditor_account},
        },
        "amount": {"value": order.amount, "currency": order.currency},
    });
    if let Some(reference) = &order.reference {
        body["reference"] = json!(reference);
    }
    let mut request = Request {
        method: Method::POST,
        url: bank.url(&["payments"]),
        body: Some(body.to_string().into_bytes()),
        key: Some(key.to_owned()),
    };
    match (bank.policy().keys, bank.policy().unknown_outcomes) {
        (Keys::PerOrder, UnknownOutcomes::LookUp) => bank.call(&request).await,
        // The careless client has its own idea of what to do next, and does not ask again.
        (Keys::PerOrder, UnknownOutcomes::Report | UnknownOutcomes::PayAgain) => bank.once(&request).await,
        // The careless client treats each attempt as a request of its own.
        (Keys::PerRequest, _) => {
            let attempts = bank.policy().attempts;
            let mut result = bank.once(&request).await;
            for _ in 1..attempts {
                if !result.as_ref().is_err_and(Failure::may_pass) {
                    break;
                }
                request.key = Some(new_key());
                result = bank.once(&request).await;
            }
            result
        }
    }
}

/// Nobody knows whether the bank took the order.
async fn unknown(bank: &mut Bank<'_>, order: &Order, key: &str, failure: Failure) -> Result<(String, Value), Failure> {
    let not_known = |failure: Failure| Failure { class: ErrorClass::UnknownOutcome, ..failure };
    match bank.policy().unknown_outcomes {
        UnknownOutcomes::Report => Err(failure),
        UnknownOutcomes::PayAgain => {
            let key = new_key();
            submit(bank, order, &key).await.map(|row| (key, row))
        }
        UnknownOutcomes::LookUp => match look_up(bank, key).await {
            Ok(Some(row)) => Ok((key.to_owned(), row)),
            // The bank never took it; the order keeps its key, so that sending it again later is safe.
            Ok(None) => Err(failure),
            Err(_) => Err(not_known(failure)),
        },
    }
}

async fn look_up(bank: &mut Bank<'_>, key: &str) -> Result<Option<Value>, Failure> {
    let mut url = bank.url(&["payments"]);
    url.query_pairs_mut().append_pair("idempotency_key", key);
    let page = bank.call(&Request::get(url)).await?;
    match page.get("data").and_then(Value::as_array) {
        Some(rows) => Ok(rows.first().cloned()),
        None => Err(Failure::broken(Some(200), "a list without `data`")),
    }
}

fn report(bank: &Bank<'_>, order: &Order, result: Result<(String, Value), Failure>) -> Output {
    let mapped = result.and_then(|(key, row)| {
        let payment = Mapping::new(bank.policy()).payment(&order.id, &key, &row);
        payment.map_err(|reason| Failure::broken(None, reason))
    });
    match mapped {
        Ok(payment) => {
            let mut output = Output::empty();
            output.payments.push(payment);
            output
        }
        Err(failure) => failed("payment", &failure),
    }
}

fn failed(what: &str, failure: &Failure) -> Output {
    let mut output = Output::empty();
    output.failed(what, None, failure);
    output
}

fn never_sent() -> Failure {
    Failure { class: ErrorClass::ResourceGone, ..Failure::broken(None, "the bank has no such order") }
}

/// The key of this order: the one it had, or a new one that is on disk before it is used.
fn remember(settings: &Settings, order: &Order) -> Result<Memory, String> {
    let file = memory_file(settings, order);
    if let Some(memory) = vault::read(&file) {
        return Ok(memory);
    }
    let memory = Memory { key: new_key() };
    vault::write(&file, &memory)
        .map_err(|error| format!("the order could not be kept in {}: {error}", file.display()))?;
    Ok(memory)
}

fn memory_file(settings: &Settings, order: &Order) -> PathBuf {
    let safe = |c: char| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' };
    settings.work_dir.join(format!("order-{}.json", order.id.chars().map(safe).collect::<String>()))
}

/// 128 random bits in the form of a UUID. A key must be impossible to guess, so it comes from the system and not from a
/// seed.
fn new_key() -> String {
    let mut bytes = [0; 16];
    aws_lc_rs::rand::fill(&mut bytes).expect("the system's random source is available");
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}
