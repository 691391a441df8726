//! The canonical model as a reader fills it: everything a standard can say, nothing it did not.
//!
//! Owns the records of `reference` normalisation: richer than the plain records of `fixtures`, because a reader must say
//! what it doubts. Knows no standard, no JSON and no profile.

use bank_fixtures::currency::Currency;
use bank_fixtures::error_class::ErrorClass;
use bank_fixtures::money::Amount;
use bank_fixtures::record::{
    AccountKind, AccountStatus, ConsentStatus, Instant, Nature, PartyKind, PaymentStatus, Relation, TransactionKind,
    TransactionStatus,
};
use jiff::civil::Date;
use rust_decimal::Decimal;

/// What an amount counts.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Unit {
    /// An ISO 4217 currency, current or withdrawn.
    Iso(Currency),
    /// A code that ISO does not know.
    Unofficial(String),
    /// A currency of somebody's own, named by a URI. It is never fetched.
    Custom(String),
    /// No currency is involved (`XXX`), or none is stated.
    None,
}

/// An exact amount, signed from the account holder's view.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Money {
    /// The exact decimal.
    pub value: Decimal,
    /// What it counts.
    pub unit: Unit,
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

/// Scheme of an identifier of an account, a person or an organisation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Scheme {
    /// ISO 13616.
    Iban,
    /// Domestic number.
    Bban,
    /// Australian BSB, a slash, the account number.
    BsbAccount,
    /// United States routing number, a slash, the account number.
    AbaAccount,
    /// UK sort code and account number, 14 digits.
    SortCodeAccount,
    /// Brazilian compe, branch, number and check digit, with slashes; a part that is not stated is empty.
    BrAccount,
    /// Card number with most digits masked.
    PanMasked,
    /// Telephone number.
    Msisdn,
    /// Brazilian tax number of a person.
    Cpf,
    /// Brazilian tax number of an organisation.
    Cnpj,
    /// Australian business number.
    Abn,
    /// Australian company number.
    Acn,
    /// Anything else.
    Other,
}

/// An identifier, and whether its check digits are right.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Identifier {
    /// Scheme.
    pub scheme: Scheme,
    /// Compact value; leading zeros kept.
    pub value: String,
    /// Whether the check digits are right, where the scheme has any.
    pub valid: Option<bool>,
}

/// A person or organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Customer {
    /// The bank's id, if it gives one.
    pub id: Option<String>,
    /// Person or organisation, if the document tells.
    pub kind: Option<PartyKind>,
    /// Full name.
    pub name: Option<String>,
    /// Tax numbers and the like.
    pub identifiers: Vec<Identifier>,
}

/// An account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// The bank's id.
    pub provider_id: String,
    /// Earlier ids of the same account.
    pub aliases: Vec<String>,
    /// Identifiers.
    pub identifiers: Vec<Identifier>,
    /// A masked number, fit to show and to nothing else.
    pub display: Option<String>,
    /// Currency; `None` for a multi-currency account.
    pub currency: Option<Unit>,
    /// Whether it holds several currencies.
    pub multi_currency: bool,
    /// Kind.
    pub kind: AccountKind,
    /// Status.
    pub status: AccountStatus,
    /// Name to display.
    pub name: Option<String>,
    /// Name the holder gave it; may be empty.
    pub nickname: Option<String>,
    /// Product name.
    pub product: Option<String>,
    /// Names of the holders.
    pub owners: Vec<String>,
}

/// What a balance means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Meaning {
    /// Booked entries up to now.
    BookedCurrent,
    /// Booked entries at the end of the day.
    BookedClosing,
    /// Booked entries at the start of the day.
    BookedOpening,
    /// What can be spent.
    Available,
    /// Booked and known future entries.
    Expected,
    /// Debt, negative.
    Owed,
    /// Not available for the time being.
    Blocked,
    /// Swept into an investment.
    Invested,
    /// Card entries not yet invoiced.
    NotInvoiced,
    /// A meaning the standard does not list.
    Unknown,
}

/// A balance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Balance {
    /// The bank's id of the account.
    pub account: String,
    /// Meaning.
    pub meaning: Meaning,
    /// The word of the source.
    pub source_type: String,
    /// The figure; debt is negative.
    pub amount: Money,
    /// Instant at which it held.
    pub as_of: Option<Instant>,
    /// Day for which it holds.
    pub reference_date: Option<Date>,
    /// Arranged credit line.
    pub credit_line: Option<Money>,
    /// Whether the figure includes it.
    pub credit_line_included: Option<bool>,
    /// Whether it is older than it should be.
    pub stale: bool,
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
    /// The source text.
    pub raw: String,
    /// JSON pointer of the source.
    pub pointer: String,
}

/// A payment order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payment {
    /// The bank's id.
    pub provider_id: Option<String>,
    /// Status.
    pub status: PaymentStatus,
    /// Where the money is, if the status tells.
    pub money_moved: MoneyMoved,
    /// Amount.
    pub amount: Option<Money>,
    /// How often, for periodic orders.
    pub frequency: Option<String>,
    /// Day from which a periodic order runs.
    pub start_date: Option<Date>,
    /// Code of the refusal or return.
    pub reason_code: Option<String>,
    /// Earlier statuses, oldest first.
    pub history: Vec<PaymentStatus>,
}

/// Where the money of a payment is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MoneyMoved {
    /// It did not move.
    No,
    /// It left the payer.
    Debited,
    /// It reached the payee.
    Credited,
    /// It came back.
    Returned,
    /// Not known.
    Unknown,
}

/// A consent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consent {
    /// The bank's id.
    pub provider_id: Option<String>,
    /// Status.
    pub status: ConsentStatus,
    /// Whether it allows more than one access.
    pub recurring: Option<bool>,
    /// Unattended reads a day.
    pub frequency_per_day: Option<u64>,
    /// Instant from which it no longer holds.
    pub expires_at: Option<Instant>,
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

impl Money {
    /// Whole minor units, if the amount is exactly representable in them.
    pub fn minor(&self) -> Option<i128> {
        match self.unit {
            Unit::Iso(currency) => Amount::new(self.value, currency).minor(),
            _ => None,
        }
    }

    /// The canonical decimal text.
    pub fn text(&self) -> String {
        match self.unit {
            Unit::Iso(currency) => Amount::new(self.value, currency).text(),
            _ => self.value.normalize().to_string(),
        }
    }

    /// The same amount the other way.
    #[must_use]
    pub fn negated(&self) -> Money {
        Money { value: if self.value.is_zero() { self.value } else { -self.value }, unit: self.unit.clone() }
    }
}

impl Unit {
    /// The code or URI, empty for none.
    pub fn code(&self) -> String {
        match self {
            Unit::Iso(currency) => currency.to_string(),
            Unit::Unofficial(text) | Unit::Custom(text) => text.clone(),
            Unit::None => String::new(),
        }
    }
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
