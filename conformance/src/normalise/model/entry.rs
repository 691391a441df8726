//! Entries of accounts, and how they relate to one another.

use bank_fixtures::record::{Instant, Nature, Relation, TransactionKind, TransactionStatus};
use jiff::civil::Date;
use rust_decimal::Decimal;

use super::{Identifier, Money, Origin, Unit};

/// One entry of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The bank's id of the account.
    pub account: String,
    /// The bank's id of the entry.
    pub provider_id: Option<String>,
    /// Other ids the same entry came with.
    pub aliases: Vec<String>,
    /// The bank's reference, which is no id.
    pub provider_ref: Option<String>,
    /// How far the id can be trusted.
    pub quality: Quality,
    /// Status.
    pub status: TransactionStatus,
    /// What it does to earlier entries.
    pub nature: Nature,
    /// How sure that is, if it was concluded from text.
    pub nature_confidence: Option<Decimal>,
    /// Kind of movement.
    pub kind: Option<TransactionKind>,
    /// Signed amount.
    pub amount: Money,
    /// Which way; `None` for nothing either way.
    pub direction: Option<Direction>,
    /// Dates.
    pub dates: Dates,
    /// Amount in the merchant's currency, same sign.
    pub original_amount: Option<Money>,
    /// Conversion.
    pub fx: Option<Fx>,
    /// Fees contained in or beside the amount.
    pub fees: Vec<Money>,
    /// Balance after it.
    pub balance_after: Option<Money>,
    /// The other side.
    pub counterparty: Option<Counterparty>,
    /// Card acceptor.
    pub merchant: Option<Merchant>,
    /// Free text as delivered, in order.
    pub unstructured: Vec<String>,
    /// Structured references.
    pub structured: Vec<Reference>,
    /// End-to-end id.
    pub end_to_end_id: Option<String>,
    /// Mandate.
    pub mandate_id: Option<String>,
    /// Creditor id of a direct debit.
    pub creditor_id: Option<String>,
    /// Cheque number.
    pub check_number: Option<String>,
    /// ISO 20022 domain, family and, where there is one, sub-family.
    pub bank_tx_code: Vec<String>,
    /// The bank's own code.
    pub proprietary_code: Option<String>,
    /// The bank's id of the pending entry it replaces.
    pub pending_id: Option<String>,
    /// The bank's id of an earlier entry it undoes.
    pub reference_id: Option<String>,
    /// Where it was read.
    pub origin: Origin,
}

impl Entry {
    /// The day that orders it: booked, else value, else acted, else due.
    pub fn day(&self) -> Option<Date> {
        let dates = &self.dates;
        dates.booking_date.or(dates.value_date).or(dates.transaction_date).or(dates.expected_date)
    }

    /// The free text, joined with one blank.
    pub fn text(&self) -> String {
        self.unstructured.join(" ")
    }

    /// Whether it is in the booked balance.
    pub fn is_booked(&self) -> bool {
        self.status == TransactionStatus::Booked
    }

    /// Whether it still waits.
    pub fn is_pending(&self) -> bool {
        self.status == TransactionStatus::Pending
    }
}

/// The dates of an entry. None is invented from another.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Dates {
    /// Day it was booked; `None` while pending.
    pub booking_date: Option<Date>,
    /// Instant it was booked.
    pub booking_at: Option<Instant>,
    /// Day interest counts from.
    pub value_date: Option<Date>,
    /// Instant interest counts from.
    pub value_at: Option<Instant>,
    /// Day the holder acted.
    pub transaction_date: Option<Date>,
    /// Instant the holder acted.
    pub transaction_at: Option<Instant>,
    /// Day a pending or announced entry is due.
    pub expected_date: Option<Date>,
    /// A time without an offset, as it was written.
    pub local: Option<String>,
    /// Whether an instant was a leap second.
    pub leap: bool,
}

/// Which way money went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Direction {
    /// It came.
    Credit,
    /// It left.
    Debit,
}

/// How far a bank's id of an entry can be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Quality {
    /// It never changes.
    Immutable,
    /// It does not change once the entry is booked.
    StableWhenBooked,
    /// It may change.
    Unstable,
    /// There is none.
    Absent,
}

/// A conversion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fx {
    /// Currency of the original amount.
    pub source: Unit,
    /// Currency of the booked amount.
    pub target: Option<Unit>,
    /// The rate as stated.
    pub rate: Decimal,
}

/// The other side of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counterparty {
    /// Whether it was paid (creditor) or paid (debtor).
    pub role: Direction,
    /// Name.
    pub name: Option<String>,
    /// Accounts and numbers.
    pub identifiers: Vec<Identifier>,
    /// BIC or code of its bank.
    pub agent: Option<String>,
}

/// A card acceptor.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Merchant {
    /// Name.
    pub name: Option<String>,
    /// ISO 18245 code.
    pub mcc: Option<String>,
    /// Acceptor's number.
    pub id: Option<String>,
    /// Terminal.
    pub terminal: Option<String>,
}

/// A structured remittance reference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// The reference.
    pub reference: String,
    /// Its type, `RF` for ISO 11649.
    pub kind: Option<String>,
    /// Who issued it.
    pub issuer: Option<String>,
    /// Whether its check digits are right, where it has any.
    pub checked: Option<bool>,
}

/// A relation to another entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// How.
    pub relation: Relation,
    /// Position of the other entry in the history.
    pub to: usize,
    /// 1 for what a source says itself, less for what was concluded.
    pub confidence: Decimal,
}

/// What an entry counts for, when everything that refers to it is taken into account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Effective {
    /// As its own status says.
    AsStated(TransactionStatus),
    /// A booked entry took its place.
    Superseded,
    /// Undone.
    Reversed,
    /// Disputed, and the amount given back.
    Chargeback,
}
