//! What is known, in the published contract: canonical v1.
//!
//! Owns the way from the readers' model to the contract. Nothing is lost on the way but payments without an amount, and each of
//! those is a warning. Knows no standard.

mod account;
mod entry;
mod order;

use bank_fixtures::canonical::{Canonical, Given, Members, Reported};
use bank_fixtures::record::{self, Failure, Instant};
use jiff::Timestamp;

use super::document::Reading;
use super::history::{History, Known, KnownAccount};
use super::identity::Basis;
use super::model::{Balance, Effective, Money, Origin, Problem};
use super::words::{self, word};
use super::{Warning, WarningCode};

/// The whole history, and a warning for everything the contract cannot hold.
pub fn canonical(history: &History) -> (Canonical, Vec<Warning>) {
    let mut canonical = Canonical {
        customers: history.customers.iter().enumerate().map(|(at, customer)| account::holder(at, customer)).collect(),
        consents: history.consents.iter().map(order::consent).collect(),
        errors: history.problems.iter().map(reported).collect(),
        ..Canonical::default()
    };
    for known in &history.accounts {
        let (account, members) = account::account(known);
        if !members.is_empty() {
            canonical.account_members.insert(account.id.clone(), members);
        }
        canonical.accounts.push(account);
    }
    let account_id = |balance: &Balance| history.account_id(&balance.account);
    canonical.balances =
        history.balances.iter().map(|balance| account::balance(balance, account_id(balance))).collect();
    canonical.transactions = history.entries.iter().map(|known| entry::entry(known, history)).collect();
    canonical.payments = history.payments.iter().filter_map(order::order).collect();
    let without_amount = history.payments.iter().filter(|payment| payment.amount.is_none());
    let left_out: Vec<Warning> = without_amount.map(|payment| no_amount(&payment.origin)).collect();
    canonical.source.say_text("next", history.next.as_deref());
    if history.incomplete {
        canonical.source.say("incomplete", Given::Flag(true));
    }
    canonical.warnings = history.warnings.iter().chain(&left_out).map(warning).collect();
    (canonical, left_out)
}

fn no_amount(origin: &Origin) -> Warning {
    let message = "a payment without an amount is left out".to_owned();
    Warning { code: WarningCode::Schema, pointer: origin.pointer.clone(), message }
}

/// What one answer says, row by row and under the bank's own ids: for who judges the answer, not for who keeps it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Records {
    /// Accounts.
    pub accounts: Vec<record::Account>,
    /// Balances.
    pub balances: Vec<record::Balance>,
    /// Entries, in the order sent; one that came twice is there twice.
    pub transactions: Vec<record::Transaction>,
    /// Where the list goes on.
    pub next: Option<String>,
    /// Deviations, what cannot be said in records among them.
    pub warnings: Vec<Warning>,
}

/// The records of one answer. Checks of banks count in ISO 4217: what counts in anything else is left out with a warning.
pub fn records(reading: Reading) -> Records {
    let nothing = History::default();
    let mut warnings = reading.warnings;
    let mut left_out = |amount: &Money, origin: &Origin| {
        let message = format!("{} {} is left out: no check counts in it", amount.text(), amount.unit());
        warnings.push(Warning { code: WarningCode::CurrencyUnknown, pointer: origin.pointer.clone(), message });
    };
    let mut balances = Vec::new();
    for read in &reading.balances {
        match account::balance(read, read.account.clone()).balance.in_iso() {
            Some(balance) => balances.push(balance),
            None => left_out(&read.amount, &read.origin),
        }
    }
    let mut transactions = Vec::new();
    for (_, read) in reading.entries {
        let known = Known::alone(read);
        match entry::entry(&known, &nothing).record.in_iso() {
            Some(entry) => transactions.push(entry),
            None => left_out(&known.entry.amount, &known.entry.origin),
        }
    }
    for problem in &reading.problems {
        let message = problem.message.clone().unwrap_or_else(|| problem.class.name().to_owned());
        warnings.push(Warning { code: WarningCode::Schema, pointer: String::new(), message });
    }
    let accounts = reading.accounts.into_iter().map(|account| {
        let id = account.provider_id.clone();
        let known = KnownAccount { id, basis: Basis::ProviderId, account };
        account::account(&known).0.in_iso()
    });
    Records { accounts: accounts.collect(), balances, transactions, next: reading.next, warnings }
}

/// A warning as the contract has it.
pub fn warning(warning: &Warning) -> Members {
    let mut members = Members::none();
    members.say_text("code", Some(warning.code.name()));
    members.say_text("pointer", Some(warning.pointer.as_str()));
    members.say_text("message", Some(warning.message.as_str()));
    members
}

/// Where a row was read, and what was wrong with it there.
pub(super) fn origin(members: &mut Members, origin: &Origin) {
    members.say_text("raw", Some(origin.raw.as_str()));
    members.say("warnings", Given::Texts(origin.warnings.iter().map(|code| code.name().to_owned()).collect()));
}

/// The word for what an entry counts for.
pub(super) fn effective(effective: Effective) -> &'static str {
    match effective {
        Effective::AsStated(status) => word(words::STATUSES, &status),
        Effective::Superseded => "superseded",
        Effective::Reversed => "reversed",
        Effective::Chargeback => "chargeback",
    }
}

fn reported(problem: &Problem) -> Reported {
    let mut members = Members::none();
    members.say_text("provider_code", problem.provider_code.as_deref());
    members.say_text("field", problem.field.as_deref());
    Reported {
        failure: Failure {
            class: problem.class,
            http_status: problem.http_status,
            provider_code: problem.provider_code.clone(),
            message: problem.message.clone(),
            field: problem.field.clone(),
            retry_after_seconds: None,
        },
        scope: None,
        account_id: None,
        members,
    }
}

/// Where documents came from.
pub fn source(standard: &str, profile: Option<&str>, fetched: Timestamp) -> Members {
    let mut members = Members::none();
    members.say_text("standard", Some(standard));
    members.say_text("profile", profile);
    members.say("fetched_at", Given::Instant(Instant::utc(fetched)));
    members
}
