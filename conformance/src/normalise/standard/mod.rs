//! What a standard is to a reader: tables of member paths, words and codes.
//!
//! Owns the shape of a standard and the list of standards. One file beside this directory per standard fills the tables in; the
//! readers know no member names. Paths are dotted, relative to the record (`balanceAfterTransaction.balanceAmount`); a
//! number is a position in an array; of several paths the first that is there is taken.

mod failure;
mod field;
mod notation;

pub use failure::{FailureRow, FailureSign, Failures};
pub(super) use failure::{code, prefix, says, status, suffix};
pub use field::{AccountField, BalanceField, ConsentField, CustomerField, Field, PaymentField};
pub(super) use notation::list;
pub use notation::{Balances, Change, Column, EntryList, Figures, IdentifierRow, Sign, Trust};

use bank_fixtures::record::{
    AccountKind, AccountStatus, ConsentStatus, Nature, PaymentStatus, TransactionKind, TransactionStatus,
};

use super::model::Quality;

/// Paths, best first.
pub type Paths = &'static [&'static str];

/// A standard, as far as its documents are concerned.
#[derive(Debug)]
pub struct Standard {
    /// Slug.
    pub slug: &'static str,
    /// How it writes figures.
    pub figures: Figures,
    /// Currency of amounts that state none, by the standard itself.
    pub default_currency: Option<&'static str>,
    /// Zone in which its instants become days, by the standard itself.
    pub zone: Option<&'static str>,
    /// Whether instants are written as seconds since 1970.
    pub epoch: bool,
    /// Where lists of entries stand in a document.
    pub entry_lists: &'static [EntryList],
    /// Where entries stand inside an account.
    pub nested_entries: Option<&'static str>,
    /// Member paths of an entry.
    pub entry: &'static [(Field, Paths)],
    /// What its signs mean.
    pub sign: Sign,
    /// Whether the parties of an entry say which way money went.
    pub parties: bool,
    /// Status words of an entry.
    pub statuses: &'static [(&'static str, TransactionStatus)],
    /// How far its ids can be trusted.
    pub quality: Trust,
    /// Type words of an entry: what kind of movement, and what it does to earlier ones.
    pub types: &'static [(&'static str, TransactionKind, Nature)],
    /// Where lists of accounts stand; an empty path is the document itself.
    pub account_lists: Paths,
    /// Where one account stands.
    pub account_record: Paths,
    /// Member paths of an account.
    pub account: &'static [(AccountField, Paths)],
    /// Kinds of account.
    pub account_kinds: &'static [(&'static str, AccountKind)],
    /// Statuses of an account.
    pub account_statuses: &'static [(&'static str, AccountStatus)],
    /// Identifiers of an account.
    pub identifiers: &'static [IdentifierRow],
    /// Balances.
    pub balances: Balances,
    /// Customers.
    pub customers: &'static [(CustomerField, Paths)],
    /// Payments.
    pub payment: &'static [(PaymentField, Paths)],
    /// Statuses of a payment.
    pub payment_statuses: &'static [(&'static str, PaymentStatus)],
    /// Frequencies of a periodic payment.
    pub frequencies: &'static [(&'static str, &'static str)],
    /// Consents.
    pub consent: &'static [(ConsentField, Paths)],
    /// Statuses of a consent.
    pub consent_statuses: &'static [(&'static str, ConsentStatus)],
    /// Failures.
    pub failures: Failures,
    /// Where an answer that is no failure lists what went wrong all the same.
    pub reported: Paths,
    /// Where the link to the next page stands.
    pub next: Paths,
}

/// A standard that says nothing: what a table leaves out is as here.
pub(super) const SILENT: Standard = Standard {
    slug: "",
    figures: Figures::Text(None),
    default_currency: None,
    zone: None,
    epoch: false,
    entry_lists: &[],
    nested_entries: None,
    entry: &[],
    sign: Sign::AsWritten,
    parties: false,
    statuses: &[],
    quality: Trust::All(Quality::Unstable),
    types: &[],
    account_lists: &[],
    account_record: &[],
    account: &[],
    account_kinds: &[],
    account_statuses: &[],
    identifiers: &[],
    balances: Balances::Columns {
        records: &[],
        columns: &[],
        members: &[],
        debt_unsigned: false,
        line_defaults_to_zero: false,
    },
    customers: &[],
    payment: &[],
    payment_statuses: &[],
    frequencies: &[],
    consent: &[],
    consent_statuses: &[],
    failures: Failures { codes: &[], texts: &[], rows: &[] },
    reported: &[],
    next: &[],
};

/// Every standard that is read by tables.
pub static STANDARDS: &[&Standard] = &[
    &super::berlin_group::STANDARD,
    &super::gocardless::STANDARD,
    &super::cdr::STANDARD,
    &super::brasil::STANDARD,
    &super::plaid::STANDARD,
    &super::fdx::STANDARD,
    &super::stet::STANDARD,
    &super::simplefin::STANDARD,
    &super::teller::STANDARD,
    &super::truelayer::STANDARD,
    &super::uk_open_banking::STANDARD,
];

/// The standard of that slug.
pub fn of(slug: &str) -> Option<&'static Standard> {
    STANDARDS.iter().copied().find(|standard| standard.slug == slug)
}

/// The paths of a member; none if the standard has no such member.
pub(super) fn paths<F: PartialEq>(table: &'static [(F, Paths)], field: F) -> Paths {
    table.iter().find(|row| row.0 == field).map_or(&[], |row| row.1)
}

#[cfg(test)]
mod tests {
    use std::fmt::Debug;

    use super::*;

    fn no_row_twice<F: PartialEq + Debug>(slug: &str, table: &[(F, Paths)]) {
        for (index, (field, paths)) in table.iter().enumerate() {
            assert!(!table[..index].iter().any(|row| row.0 == *field), "{slug}: {field:?} stands twice");
            assert!(!paths.is_empty(), "{slug}: {field:?} stands nowhere");
        }
    }

    /// A second row of one member would never be looked at.
    #[test]
    fn tables_say_one_thing_once() {
        for standard in STANDARDS {
            no_row_twice(standard.slug, standard.entry);
            no_row_twice(standard.slug, standard.account);
            no_row_twice(standard.slug, standard.customers);
            no_row_twice(standard.slug, standard.payment);
            no_row_twice(standard.slug, standard.consent);
            assert!(std::ptr::eq(of(standard.slug).expect("its own slug"), *standard));
        }
        assert!(of("no-such-standard").is_none());
    }
}
