//! What the client hands over: canonical v1.
//!
//! Owns the shape of the document as this client writes it, from the published contract. Written on its own, so that a
//! misreading of the contract shows.

use serde::Serialize;

use super::failure::Failure;

/// The whole document.
#[derive(Debug, Serialize)]
pub(crate) struct Output {
    canonical: &'static str,
    pub(crate) accounts: Vec<Account>,
    pub(crate) balances: Vec<Balance>,
    pub(crate) transactions: Vec<Transaction>,
    pub(crate) payments: Vec<Payment>,
    pub(crate) errors: Vec<Error>,
}

#[derive(Debug, Clone, Serialize)]
pub(crate) struct Amount {
    pub(crate) amount: String,
    pub(crate) currency: String,
}

#[derive(Debug, Serialize)]
pub(crate) struct Identifier {
    pub(crate) scheme: String,
    pub(crate) value: String,
}

#[derive(Debug, Serialize)]
pub(crate) struct Account {
    pub(crate) account_id: String,
    pub(crate) identifiers: Vec<Identifier>,
    pub(crate) currency: Option<String>,
    #[serde(rename = "type")]
    pub(crate) kind: String,
    pub(crate) status: String,
    pub(crate) name: Option<String>,
    pub(crate) owners: Vec<String>,
}

#[derive(Debug, Serialize)]
pub(crate) struct Balance {
    pub(crate) account_id: String,
    #[serde(rename = "type")]
    pub(crate) kind: &'static str,
    pub(crate) amount: Amount,
    pub(crate) as_of: Option<String>,
    pub(crate) reference_date: Option<String>,
}

#[derive(Debug, Serialize)]
pub(crate) struct Transaction {
    pub(crate) account_id: String,
    pub(crate) transaction_id: String,
    pub(crate) provider_id: Option<String>,
    pub(crate) status: String,
    pub(crate) nature: String,
    pub(crate) kind: Option<String>,
    pub(crate) amount: Amount,
    pub(crate) booking_date: Option<String>,
    pub(crate) booking_at: Option<String>,
    pub(crate) value_date: Option<String>,
    pub(crate) transaction_date: Option<String>,
    pub(crate) original_amount: Option<Amount>,
    pub(crate) balance_after: Option<Amount>,
    pub(crate) counterparty: Option<Counterparty>,
    pub(crate) merchant: Option<Merchant>,
    pub(crate) remittance: Vec<String>,
    pub(crate) end_to_end_id: Option<String>,
    pub(crate) mandate_id: Option<String>,
    pub(crate) links: Vec<Link>,
}

#[derive(Debug, Serialize)]
pub(crate) struct Counterparty {
    pub(crate) name: Option<String>,
    pub(crate) account: Option<Identifier>,
}

#[derive(Debug, Serialize)]
pub(crate) struct Merchant {
    pub(crate) name: String,
    pub(crate) mcc: Option<String>,
}

#[derive(Debug, Serialize)]
pub(crate) struct Link {
    pub(crate) relation: String,
    pub(crate) provider_id: String,
}

#[derive(Debug, Clone, Serialize)]
pub(crate) struct Payment {
    pub(crate) payment_id: String,
    pub(crate) provider_id: Option<String>,
    pub(crate) idempotency_key: Option<String>,
    pub(crate) status: String,
    pub(crate) amount: Amount,
    pub(crate) reason: Option<Reason>,
}

#[derive(Debug, Clone, Serialize)]
pub(crate) struct Reason {
    pub(crate) code: String,
    pub(crate) text: Option<String>,
}

#[derive(Debug, Serialize)]
pub(crate) struct Error {
    pub(crate) class: &'static str,
    pub(crate) scope: &'static str,
    pub(crate) account_id: Option<String>,
    pub(crate) http_status: Option<u16>,
    pub(crate) retry_after_seconds: Option<u64>,
    pub(crate) message: String,
}

impl Transaction {
    /// A pending entry of which nothing else is remembered.
    pub(crate) fn pending(account_id: String, transaction_id: String, amount: String, currency: String) -> Transaction {
        Transaction {
            account_id,
            transaction_id,
            provider_id: None,
            status: "pending".to_owned(),
            nature: "original".to_owned(),
            kind: None,
            amount: Amount { amount, currency },
            booking_date: None,
            booking_at: None,
            value_date: None,
            transaction_date: None,
            original_amount: None,
            balance_after: None,
            counterparty: None,
            merchant: None,
            remittance: Vec::new(),
            end_to_end_id: None,
            mandate_id: None,
            links: Vec::new(),
        }
    }
}

impl Output {
    /// Nothing known, nothing failed.
    pub(crate) fn empty() -> Output {
        Output {
            canonical: "v1",
            accounts: Vec::new(),
            balances: Vec::new(),
            transactions: Vec::new(),
            payments: Vec::new(),
            errors: Vec::new(),
        }
    }

    /// Notes what could not be done, for one account or for the whole request.
    pub(crate) fn failed(&mut self, what: &str, account: Option<&str>, failure: &Failure) {
        self.errors.push(Error {
            class: failure.class.name(),
            scope: if account.is_some() { "account" } else { "request" },
            account_id: account.map(str::to_owned),
            http_status: failure.http_status,
            retry_after_seconds: failure.asked_wait.map(|wait| wait.as_secs()),
            message: format!("{what}: {}", failure.message),
        });
    }
}
