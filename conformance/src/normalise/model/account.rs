//! Holders, accounts and balances.

use bank_fixtures::record::{AccountKind, AccountStatus, BalanceKind, Instant, PartyKind};
use jiff::civil::Date;

use super::{Money, Origin, Unit};

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
    /// Where it was read.
    pub origin: Origin,
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
    /// Where it was read.
    pub origin: Origin,
}

/// A balance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Balance {
    /// The bank's id of the account.
    pub account: String,
    /// What the figure means.
    pub meaning: BalanceKind,
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
    /// Where it was read.
    pub origin: Origin,
}

impl Customer {
    /// Whether it is the customer of an earlier record: by the bank's id, else by all that is said.
    pub fn is_again(&self, earlier: &Customer) -> bool {
        match (&self.id, &earlier.id) {
            (Some(id), Some(known)) => id == known,
            (None, None) => {
                self.kind == earlier.kind && self.name == earlier.name && self.identifiers == earlier.identifiers
            }
            _ => false,
        }
    }
}
