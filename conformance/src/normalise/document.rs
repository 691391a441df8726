//! One answer of a bank, read whole: envelope, rows, failures, and where the list goes on.
//!
//! Owns what is true of every document: bytes to JSON, members that contradict each other, which rows are read as what,
//! and which links may be followed. Knows no member names, and nothing of earlier answers but the accounts they showed.

use bank_fixtures::error_class::ErrorClass;
use bank_fixtures::record::PaymentStatus;
use jiff::Timestamp;
use url::Url;

use super::entry::{Around, entry};
use super::model::{Account, Balance, Consent, Customer, Entry, Payment, Problem};
use super::profile::Profile;
use super::reader::{Reader, member};
use super::standard::{AccountField, Change, Field, Standard, paths};
use super::{Warning, WarningCode, account, failure, order};
use crate::json::{self, At, Value};

/// What was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resource {
    /// Accounts.
    Accounts,
    /// Balances of an account.
    Balances,
    /// Entries of an account.
    Transactions,
    /// A payment.
    Payment,
    /// A consent.
    Consent,
    /// Holders.
    Customers,
}

/// The request an answer belongs to.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// What was asked for.
    pub resource: Resource,
    /// The bank's id of the account it was about.
    pub account: Option<&'a str>,
    /// Accounts known from earlier answers.
    pub known: &'a [Account],
    /// When the answer came.
    pub fetched: Timestamp,
    /// HTTP status.
    pub status: u16,
    /// Where it was asked for.
    pub url: Option<&'a str>,
    /// Whether it ordered money to move.
    pub moves_money: bool,
}

/// What an answer was understood as.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reading {
    /// Holders.
    pub customers: Vec<Customer>,
    /// Accounts.
    pub accounts: Vec<Account>,
    /// Balances.
    pub balances: Vec<Balance>,
    /// Entries, in the order sent.
    pub entries: Vec<(Change, Entry)>,
    /// Ids of entries that are gone.
    pub removed: Vec<String>,
    /// Payments.
    pub payments: Vec<Payment>,
    /// Consents.
    pub consents: Vec<Consent>,
    /// What could not be read or done.
    pub problems: Vec<Problem>,
    /// Deviations.
    pub warnings: Vec<Warning>,
    /// Where the list goes on.
    pub next: Option<String>,
}

/// Reads an answer. Never fails: what cannot be read is a problem of the reading.
pub fn read(standard: &'static Standard, profile: &Profile, body: &[u8], request: Request<'_>) -> Reading {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    let mut reader = Reader::new(standard, profile, request.fetched);
    let mut reading = Reading::default();
    let document = json::parse_bytes(body);
    if request.status >= 400 {
        let root = document.as_ref().ok().map(Value::root);
        reading.problems.push(failure::failure(&mut reader, request.status, root.as_ref(), request.moves_money));
        return reading;
    }
    match &document {
        Err(error) => reading.problems.push(violation(request, error.to_string())),
        Ok(document) => {
            let root = document.root();
            let contradictions = contradictions(&root, &mut reader);
            if contradictions.is_empty() {
                fill(&mut reading, &mut reader, &root, request);
            } else {
                let message = format!("members that occur twice with different values: {}", contradictions.join(", "));
                reading.problems.push(violation(request, message));
            }
        }
    }
    reading.problems.append(&mut reader.problems);
    reading.warnings.append(&mut reader.fields.warnings);
    reading
}

fn violation(request: Request<'_>, message: String) -> Problem {
    let class = if request.moves_money { ErrorClass::UnknownOutcome } else { ErrorClass::ProtocolViolation };
    Problem { class, http_status: Some(request.status), provider_code: None, message: Some(message), field: None }
}

fn fill(reading: &mut Reading, reader: &mut Reader<'_>, root: &At<'_>, request: Request<'_>) {
    let standard = reader.standard;
    for at in reader.list_at(root, standard.reported) {
        if let Some(text) = at.text() {
            reading.problems.push(failure::reported(reader, text));
        }
    }
    let known = request.known.iter().find(|known| Some(known.provider_id.as_str()) == request.account);
    match request.resource {
        Resource::Accounts => accounts(reading, reader, root),
        Resource::Balances => reading.balances = account::balances(reader, root, known),
        Resource::Transactions => {
            // Rows that name their account come with the accounts they name.
            if !paths(standard.entry, Field::Account).is_empty() {
                accounts(reading, reader, root);
            } else if matches!(standard.balances, super::standard::Balances::Typed { .. }) {
                reading.balances = account::balances(reader, root, known);
            }
            let mut all = reading.accounts.clone();
            all.extend_from_slice(request.known);
            entries(reading, reader, root, request.account, &all);
        }
        Resource::Payment => {
            reading.payments.extend(order::payment(reader, root));
            reading.problems.extend(reading.payments.iter().filter_map(|payment| refused(payment, request)));
        }
        Resource::Consent => reading.consents.extend(order::consent(reader, root)),
        Resource::Customers => reading.customers = account::customers(reader, root),
    }
    for balance in reading.balances.iter_mut().filter(|balance| balance.account.is_empty()) {
        balance.account = request.account.unwrap_or_default().to_owned();
    }
    if let Some(at) = reader.find(root, standard.next)
        && let Some(text) = at.text().filter(|text| !text.is_empty())
    {
        match follow(text, request.url) {
            Ok(next) => reading.next = Some(next),
            Err(why) => reader.quarantine(&at, &why),
        }
    }
}

/// A bank that says no with a success status still says no.
fn refused(payment: &Payment, request: Request<'_>) -> Option<Problem> {
    (payment.status == PaymentStatus::Rejected).then(|| Problem {
        class: ErrorClass::BusinessRejected,
        http_status: Some(request.status),
        provider_code: payment.reason_code.clone(),
        message: None,
        field: None,
    })
}

fn accounts(reading: &mut Reading, reader: &mut Reader<'_>, root: &At<'_>) {
    let standard = reader.standard;
    let mut rows = reader.list_at(root, standard.account_lists);
    let one = reader.find(root, standard.account_record);
    rows.extend(one.filter(|at| reader.find(at, paths(standard.account, AccountField::Id)).is_some()));
    for row in rows {
        let Some(account) = account::account(reader, &row) else { continue };
        reading.balances.extend(account::balances(reader, &row, Some(&account)));
        if let Some(path) = standard.nested_entries {
            let known = [account.clone()];
            let around = Around { account: Some(&account.provider_id), known: &known, status: None };
            for row in member(&row, path).iter().flat_map(|list| list.items().collect::<Vec<_>>()) {
                reading.entries.extend(entry(reader, &row, around).map(|entry| (Change::Listed, entry)));
            }
        }
        reading.accounts.push(account);
    }
}

fn entries(reading: &mut Reading, reader: &mut Reader<'_>, root: &At<'_>, account: Option<&str>, known: &[Account]) {
    for list in reader.standard.entry_lists {
        let rows = reader.list_at(root, &[list.path]);
        for row in rows {
            if list.change == Change::Removed {
                reading.removed.extend(reader.id_at(&row, paths(reader.standard.entry, Field::ProviderId)));
                continue;
            }
            let around = Around { account, known, status: list.status };
            reading.entries.extend(entry(reader, &row, around).map(|entry| (list.change, entry)));
        }
    }
}

/// Where a link leads: as given, or resolved against the address it came from; never to another origin.
fn follow(text: &str, from: Option<&str>) -> Result<String, String> {
    let Some(from) = from.and_then(|from| Url::parse(from).ok()) else { return Ok(text.to_owned()) };
    let absolute = Url::parse(text).is_ok();
    let there = from.join(text).map_err(|error| format!("`{text}` is no link: {error}"))?;
    if there.origin() != from.origin() {
        let origin = from.origin().ascii_serialization();
        return Err(format!("`{text}` leads away from {origin}, where the token belongs"));
    }
    Ok(if absolute { text.to_owned() } else { there.to_string() })
}

/// Pointers of members that occur twice with different values; the same value twice is only untidy.
fn contradictions(at: &At<'_>, reader: &mut Reader<'_>) -> Vec<String> {
    let mut found = Vec::new();
    let members: Vec<(&str, At<'_>)> = at.members().collect();
    for (index, (name, value)) in members.iter().enumerate() {
        if let Some((_, other)) = members[..index].iter().find(|(other, _)| other == name) {
            if other.value == value.value {
                reader.warn(WarningCode::Schema, value, "the member occurs twice");
            } else {
                found.push(value.pointer.clone());
            }
        }
        found.extend(contradictions(value, reader));
    }
    at.items().for_each(|item| found.extend(contradictions(&item, reader)));
    found
}
