//! The generic REST bank, understood: `docs/generic-api.md` read backwards.
//!
//! Owns the member names of that contract on the reading side. Written from the contract alone. Here are its documents and failures;
//! the rows are `account`'s, `transaction`'s and `payment`'s.

mod account;
pub mod document;
#[cfg(test)]
mod goldens;
mod payment;
#[cfg(test)]
mod tests;
mod transaction;
pub(crate) mod words;

use std::iter;

use bank_fixtures::error_class::ErrorClass;
use bank_fixtures::record::{Account, Balance, Consent, Failure, Party, Payment, Transaction};

use self::account::{account, balance, customer};
use self::payment::{consent, payment};
use self::transaction::transaction;
use self::words::FAILURES;
use super::fields::Fields;
use super::model::Origin;
use super::{Understood, WarningCode};
use crate::json::{At, Value};

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// The records understood, in the order sent.
    pub records: Vec<T>,
    /// What each of them was read from; none where nobody keeps that.
    pub origins: Vec<Origin>,
    /// How many rows the page had, understood or not.
    pub rows: usize,
    /// Where the next page is, by `links.next`.
    pub next: Option<String>,
}

impl<T> Page<T> {
    /// Each record, with what it was read from.
    pub fn with_origins(self) -> impl Iterator<Item = (T, Origin)> {
        self.records.into_iter().zip(self.origins.into_iter().chain(iter::repeat_with(Origin::default)))
    }
}

/// A list of customers.
pub fn customers(document: &Value) -> Understood<Page<Party>> {
    read(document, |fields, root| page(fields, root, customer))
}

/// A list of accounts.
pub fn accounts(document: &Value) -> Understood<Page<Account>> {
    read(document, |fields, root| page(fields, root, account))
}

/// One account.
pub fn one_account(document: &Value) -> Understood<Option<Account>> {
    read(document, account)
}

/// The balances of an account.
pub fn balances(document: &Value) -> Understood<Page<Balance>> {
    read(document, |fields, root| page(fields, root, balance))
}

/// One page of the transactions of an account.
pub fn transactions(document: &Value, account_id: &str) -> Understood<Page<Transaction>> {
    read(document, |fields, root| page(fields, root, |fields, at| transaction(fields, at, account_id)))
}

/// A list of payments.
pub fn payments(document: &Value) -> Understood<Page<Payment>> {
    read(document, |fields, root| page(fields, root, payment))
}

/// One payment.
pub fn one_payment(document: &Value) -> Understood<Option<Payment>> {
    read(document, payment)
}

/// One consent.
pub fn one_consent(document: &Value) -> Understood<Option<Consent>> {
    read(document, consent)
}

/// A failure: status, `Retry-After` if there was one, and the body if it was JSON.
pub fn failure(status: u16, retry_after: Option<&str>, document: Option<&Value>) -> Understood<Failure> {
    let mut fields = Fields::default();
    let member = |fields: &mut Fields, name: &str| {
        let at = fields.optional(&document?.root(), name)?;
        fields.text(&at)
    };
    let code = member(&mut fields, "code");
    let message = member(&mut fields, "detail").or_else(|| member(&mut fields, "title"));
    let field = member(&mut fields, "field");
    let known = code.as_ref().and_then(|code| FAILURES.iter().find(|(name, _, _)| name == code));
    let class = known.map(|(_, _, class)| *class).or(ErrorClass::of_status(status));
    let value = Failure {
        class: class.unwrap_or(ErrorClass::ProtocolViolation),
        http_status: Some(status),
        provider_code: code,
        message,
        field,
        retry_after_seconds: retry_after.and_then(|text| text.trim().parse().ok()),
    };
    Understood { value, warnings: fields.warnings }
}

fn read<T>(document: &Value, reader: impl FnOnce(&mut Fields, &At<'_>) -> T) -> Understood<T> {
    let mut fields = Fields::default();
    let root = document.root();
    let value = reader(&mut fields, &root);
    for pointer in root.duplicates() {
        let at = At { value: document, pointer };
        fields.warn(WarningCode::Schema, &at, "the member occurs twice");
    }
    Understood { value, warnings: fields.warnings }
}

fn page<T>(fields: &mut Fields, root: &At<'_>, mut row: impl FnMut(&mut Fields, &At<'_>) -> Option<T>) -> Page<T> {
    let mut found = Page { records: Vec::new(), origins: Vec::new(), rows: 0, next: None };
    if !fields.is_object(root) {
        return found;
    }
    if let Some(data) = fields.required(root, "data", "an array") {
        for at in fields.list(&data) {
            found.rows += 1;
            let mark = fields.mark();
            if let Some(record) = row(fields, &at) {
                found.records.push(record);
                found.origins.push(fields.origin(&at, mark));
            }
        }
    }
    if let Some(links) = fields.required(root, "links", "an object").filter(|links| fields.is_object(links)) {
        if let Some(this) = fields.required(&links, "self", "a URL") {
            fields.text(&this);
        }
        found.next = fields.optional(&links, "next").and_then(|next| fields.text(&next));
    }
    found
}
