//! What a bank sent, understood: wire documents become records plus warnings.
//!
//! Owns the warning codes and what every standard's reader shares. Reading never aborts: a reader returns what it
//! understood and one warning for everything it did not. Knows nothing of how the sandbox writes.
//!
//! `document` reads one answer through the tables of its `standard` and the `profile` of its bank into the `model`;
//! `history` turns several answers into one record per thing that happened; `canonical` writes it in the published contract,
//! `view` shows all of it for the golden cases. The generic bank,
//! whose contract is our own, is read to the letter by `generic`.

use std::fmt;

pub mod canonical;
pub mod document;
pub mod failure;
pub mod history;
pub mod identity;
pub mod model;
pub mod profile;
pub mod standard;
pub mod view;

mod account;
mod check_digits;
mod codes;
mod entry;
mod order;
mod pending;
mod reader;
mod reconcile;
mod reversal;
pub(crate) mod words;

pub mod fields;

mod berlin_group;
mod brasil;
mod cdr;
mod fdx;
pub mod generic;
mod gocardless;
mod plaid;
mod simplefin;
mod stet;
mod teller;
mod truelayer;
mod uk_open_banking;

#[cfg(test)]
mod goldens;
#[cfg(test)]
mod properties;

/// Something in a document that is not as its standard says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// What kind of deviation.
    pub code: WarningCode,
    /// JSON pointer of the value.
    pub pointer: String,
    /// What was found and what is legal, as a lower-case fragment.
    pub message: String,
}

/// What a reader made of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Understood<T> {
    /// What it understood.
    pub value: T,
    /// What it did not.
    pub warnings: Vec<Warning>,
}

/// Kinds of deviation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum WarningCode {
    /// The sign contradicts who is named as the other party.
    SignPartyMismatch,
    /// The sign contradicts a credit/debit indicator.
    SignIndicatorConflict,
    /// More decimals than the currency has.
    ExcessPrecision,
    /// Not a decimal as the standard writes it.
    AmountFormat,
    /// Not an ISO 4217 code.
    CurrencyUnknown,
    /// A code withdrawn before the date it is used on.
    CurrencyWithdrawn,
    /// A known code in the wrong case.
    CurrencyCase,
    /// A date that does not exist or is not written as the standard says.
    InvalidDate,
    /// A time without an offset.
    NoOffset,
    /// Booked in the future.
    FutureBooked,
    /// No date at all.
    NoDate,
    /// An identifier whose check digits are wrong.
    IdChecksum,
    /// An identifier that is not of its scheme.
    IdScheme,
    /// One id for two different records.
    DupProviderId,
    /// A member of an enumeration the standard does not list.
    UnknownEnum,
    /// A spelling variant of a member of an enumeration.
    EnumAlias,
    /// A value of another JSON type that could still be read.
    TypeCoerced,
    /// A member is missing, doubled, or of a type that cannot be read.
    Schema,
    /// Amount, original amount and rate do not fit together.
    FxInconsistent,
    /// Balances and entries do not add up.
    BalanceMismatch,
    /// Control characters were removed from a text.
    TextCleaned,
    /// The figures are older than they should be.
    Stale,
}

/// Every code with its name in reports.
pub static WARNING_CODES: &[(WarningCode, &str)] = &[
    (WarningCode::SignPartyMismatch, "SIGN_PARTY_MISMATCH"),
    (WarningCode::SignIndicatorConflict, "SIGN_INDICATOR_CONFLICT"),
    (WarningCode::ExcessPrecision, "EXCESS_PRECISION"),
    (WarningCode::AmountFormat, "AMOUNT_FORMAT"),
    (WarningCode::CurrencyUnknown, "CURRENCY_UNKNOWN"),
    (WarningCode::CurrencyWithdrawn, "CURRENCY_WITHDRAWN"),
    (WarningCode::CurrencyCase, "CURRENCY_CASE"),
    (WarningCode::InvalidDate, "INVALID_DATE"),
    (WarningCode::NoOffset, "NO_OFFSET"),
    (WarningCode::FutureBooked, "FUTURE_BOOKED"),
    (WarningCode::NoDate, "NO_DATE"),
    (WarningCode::IdChecksum, "ID_CHECKSUM"),
    (WarningCode::IdScheme, "ID_SCHEME"),
    (WarningCode::DupProviderId, "DUP_PROVIDER_ID"),
    (WarningCode::UnknownEnum, "UNKNOWN_ENUM"),
    (WarningCode::EnumAlias, "ENUM_ALIAS"),
    (WarningCode::TypeCoerced, "TYPE_COERCED"),
    (WarningCode::Schema, "SCHEMA"),
    (WarningCode::FxInconsistent, "FX_INCONSISTENT"),
    (WarningCode::BalanceMismatch, "BALANCE_MISMATCH"),
    (WarningCode::TextCleaned, "TEXT_CLEANED"),
    (WarningCode::Stale, "STALE"),
];

impl WarningCode {
    /// The name used in reports.
    pub fn name(self) -> &'static str {
        let row = WARNING_CODES.iter().find(|(code, _)| *code == self);
        row.map(|(_, name)| *name).expect("every code has a row")
    }
}

impl fmt::Display for Warning {
    /// `SCHEMA at /data/0/id: missing, a string is due`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pointer = if self.pointer.is_empty() { "the document" } else { &self.pointer };
        write!(f, "{} at {pointer}: {}", self.code.name(), self.message)
    }
}
