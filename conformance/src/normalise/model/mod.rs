//! The canonical model as a reader fills it: everything a standard can say, nothing it did not.
//!
//! Owns the records of `reference` normalisation: richer than the plain records of `fixtures`, because a reader must say
//! what it doubts. Knows no standard, no JSON and no profile.

mod account;
mod entry;
mod order;

pub use account::{Account, Balance, Customer, Identifier, Scheme};
pub use entry::{Counterparty, Dates, Direction, Effective, Entry, Fx, Link, Merchant, Quality, Reference};
pub use order::{Consent, MoneyMoved, Payment};

pub use bank_fixtures::record::BalanceKind;
pub use bank_fixtures::unit::Unit;

use bank_fixtures::error_class::ErrorClass;
use bank_fixtures::money::Amount;

use super::WarningCode;

/// An exact amount of anything, signed from the account holder's view.
pub type Money = Amount<Unit>;

/// What a record was read from, and what was wrong with it there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Origin {
    /// The source text, as JSON.
    pub raw: String,
    /// JSON pointer of the source in its document.
    pub pointer: String,
    /// Codes of its deviations, each once, in the order they were met.
    pub warnings: Vec<WarningCode>,
}

impl Origin {
    /// One more deviation.
    pub fn warned(&mut self, code: WarningCode) {
        if !self.warnings.contains(&code) {
            self.warnings.push(code);
        }
    }
}

/// Something that could not be read or done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// What it means.
    pub class: ErrorClass,
    /// The status of the answer, for a failure.
    pub http_status: Option<u16>,
    /// The bank's code.
    pub provider_code: Option<String>,
    /// Text for people.
    pub message: Option<String>,
    /// Member at fault.
    pub field: Option<String>,
}
