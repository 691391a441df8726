//! Makes one payment, once, whatever happens to the answers.
//!
//! Owns the order's memory: the idempotency key is on disk before the first request leaves, so neither a lost answer nor
//! a crash can make a second payment. While the bank may be asked again with the same key, it is; when that leads
//! nowhere, the order is looked up by its key.

use std::path::PathBuf;
use std::time::Duration;

use bank_fixtures::error_class::ErrorClass;
use bank_fixtures::seed::Seed;
use reqwest::Method;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::bank::Bank;
use super::failure::{Failure, Kind};
use super::lapse::Lapse;
use super::mapping::Mapping;
use super::output::Output;
use super::policy::{Keys, UnknownOutcomes};
use super::settings::{Order, Settings};
use super::transport::Request;
use super::vault;
use crate::clock;

/// What we remember of an order.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Memory {
    key: String,
    /// The last status that nothing can come after, but a return.
    #[serde(default)]
    settled: Option<String>,
}

/// Statuses after which a payment is not asked about again.
const FINAL: &[&str] = &["debited", "credited", "rejected", "cancelled", "returned"];
/// Waits between two looks at a payment that is under way: each longer than the one before.
const LOOKS: &[Duration] = &[Duration::from_millis(1000), Duration::from_millis(1500), Duration::from_millis(2250)];

/// Sends the order, and finds out what became of it.
pub(crate) async fn pay(bank: &mut Bank<'_>, settings: &Settings, order: &Order) -> Output {
    let memory = match remember(settings, order, bank.policy().lapse) {
        Ok(memory) => memory,
        Err(reason) => return failed("payment", &Failure::broken(None, reason)),
    };
    let sent = match submit(bank, order, &memory.key).await {
        Err(failure) if failure.outcome_unknown() => unknown(bank, order, &memory.key, failure).await,
        other => other.map(|row| (memory.key.clone(), row)),
    };
    if bank.policy().has(Lapse::KeyWrittenLate) && sent.is_ok() {
        let _ = vault::write(&memory_file(settings, order), &memory);
    }
    report(bank, order, sent)
}

/// Finds out what became of an order sent earlier.
pub(crate) async fn status(bank: &mut Bank<'_>, settings: &Settings, order: &Order) -> Output {
    let file = memory_file(settings, order);
    let Some(mut memory) = vault::read::<Memory>(&file) else {
        return failed("payment", &never_sent());
    };
    let mut found = look_up(bank, &memory.key).await.and_then(|row| row.ok_or_else(never_sent));
    let hurried = bank.policy().has(Lapse::PollsInALoop);
    let waits = if hurried { &[Duration::from_millis(100); 30][..] } else { LOOKS };
    for wait in waits {
        let under_way = found.as_ref().is_ok_and(|row| !FINAL.contains(&word(row)) && memory.settled.is_none());
        if !under_way {
            break;
        }
        clock::wait(*wait).await;
        found = look_up(bank, &memory.key).await.and_then(|row| row.ok_or_else(never_sent));
    }
    if found.as_ref().is_ok_and(|row| word(row) == "rejected") && bank.policy().has(Lapse::PaysAgainAfterRejection) {
        found = submit(bank, order, &new_key()).await;
    }
    if let Ok(row) = &mut found {
        merge(bank, &mut memory, row);
        // What cannot be kept is asked for again.
        let _ = vault::write(&file, &memory);
    }
    report(bank, order, found.map(|row| (memory.key, row)))
}

/// Cancels an order sent earlier: it is cancelled when the bank says so, not when it was asked.
pub(crate) async fn cancel(bank: &mut Bank<'_>, settings: &Settings, order: &Order) -> Output {
    let Some(memory) = vault::read::<Memory>(&memory_file(settings, order)) else {
        return failed("payment", &never_sent());
    };
    let found = look_up(bank, &memory.key).await.and_then(|row| row.ok_or_else(never_sent));
    let mut row = match found {
        Ok(row) => row,
        Err(failure) => return failed("payment", &failure),
    };
    let id = row.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
    let url = bank.url(&["payments", &id, "cancel"]);
    let request = Request { method: Method::POST, url, body: None, key: None };
    match bank.call(&request).await {
        Ok(cancelled) => row = cancelled,
        Err(_) if bank.policy().has(Lapse::ClaimsCancelled) => row["status"] = json!("cancelled"),
        Err(failure) => {
            let mut output = report(bank, order, Ok((memory.key, row)));
            output.failed("cancellation", None, &failure);
            return output;
        }
    }
    report(bank, order, Ok((memory.key, row)))
}

/// Puts what the bank says now together with what it said before: nothing but a return follows a final status.
fn merge(bank: &Bank<'_>, memory: &mut Memory, row: &mut Value) {
    let policy = bank.policy();
    let said = word(row).to_owned();
    match memory.settled.clone() {
        Some(settled) if said != "returned" && !policy.has(Lapse::BelievesLastWord) => row["status"] = json!(settled),
        _ if policy.has(Lapse::IgnoresLateRejections) && (said == "rejected" || said == "returned") => {
            row["status"] = json!("accepted");
        }
        _ if FINAL.contains(&said.as_str()) => memory.settled = Some(said),
        _ => {}
    }
}

fn word(row: &Value) -> &str {
    row.get("status").and_then(Value::as_str).unwrap_or_default()
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
        key: Some(key.to_owned()).filter(|_| !bank.policy().has(Lapse::NoKeys)),
    };
    if let Some(renew) = renewed_by(bank.policy().lapse) {
        return renewing(bank, request, renew).await;
    }
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

/// The refusal after which the careless client takes a new key.
fn renewed_by(lapse: Option<Lapse>) -> Option<ErrorClass> {
    match lapse {
        Some(Lapse::NewKeyWhileInProgress) => Some(ErrorClass::InProgress),
        Some(Lapse::NewKeyOnConflict) => Some(ErrorClass::IdempotencyConflict),
        _ => None,
    }
}

async fn renewing(bank: &mut Bank<'_>, mut request: Request, renew: ErrorClass) -> Result<Value, Failure> {
    let result = bank.once(&request).await;
    match result {
        Err(failure) if failure.class == renew && failure.kind == Kind::Refused => {
            request.key = Some(new_key());
            bank.call(&request).await
        }
        other => other,
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
fn remember(settings: &Settings, order: &Order, lapse: Option<Lapse>) -> Result<Memory, String> {
    let file = memory_file(settings, order);
    if let Some(memory) = vault::read(&file) {
        return Ok(memory);
    }
    let key = match lapse {
        Some(Lapse::GuessableKeys) => order.id.clone(),
        Some(Lapse::KeysFromContent) => {
            Seed::new(0).of(&format!("{} {} {}", order.amount, order.currency, order.creditor_account)).hex(32)
        }
        _ => new_key(),
    };
    let memory = Memory { key, settled: None };
    if lapse == Some(Lapse::KeyWrittenLate) {
        return Ok(memory);
    }
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
