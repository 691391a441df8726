//! The standards a bank can be asked in: one row each, with its paths and the reader of its answers.
//!
//! Owns how a probe asks for accounts, balances and entries, and what reads the answers. A row holds no check: what a good
//! answer is, checks say. Most rows are a standard of `normalise` and four paths.

mod generic;
mod tables;
pub(crate) mod uk_consent;

use std::fmt;

use bank_fixtures::record::{Account, Balance, Transaction};
use jiff::civil::Date;

use crate::check::Area;
use crate::flow::Lodging;
use crate::normalise::Understood;
use crate::normalise::generic::Page;

/// Something a probe asks a bank for.
#[derive(Debug, Clone, Copy)]
pub enum Ask<'a> {
    /// The list of accounts.
    Accounts,
    /// One account, by the bank's id.
    Account(&'a str),
    /// The balances of an account, by the bank's id.
    Balances(&'a str),
    /// The entries of an account, from a day on.
    Transactions(&'a str, Date),
}

/// A standard, as far as a probe asks in it.
pub trait Dialect: Sync {
    /// Slug in target files: that of the sandbox's dialect, or of the standard.
    fn slug(&self) -> &'static str;

    /// Scopes a login asks for.
    fn scopes(&self) -> &'static str;

    /// The checks that only banks of this standard are held to.
    fn area(&self) -> Option<Area> {
        None
    }

    /// Where a consent to everything that can be read is lodged before the login; `None` where the login makes it.
    fn lodging(&self) -> Option<Lodging> {
        None
    }

    /// Path and query of a request, inside the bank's base address.
    fn path(&self, ask: Ask<'_>) -> String;

    /// One page of a list of accounts; ids are the bank's.
    fn accounts(&self, body: &[u8]) -> Understood<Page<Account>>;

    /// The balances of an account.
    fn balances(&self, body: &[u8], account_id: &str) -> Understood<Page<Balance>>;

    /// One page of the entries of an account, in the order sent.
    fn transactions(&self, body: &[u8], account_id: &str) -> Understood<Page<Transaction>>;

    /// JSON pointer of a row of a page of entries.
    fn row(&self, index: usize) -> String;
}

/// Every dialect a bank can be asked in; the first is the one of targets that name none.
pub static DIALECTS: &[&dyn Dialect] =
    &[&generic::Generic, &tables::UK_3_1, &tables::UK_4_0, &tables::BERLIN_GROUP, &tables::CDR];

/// The dialect of that slug.
pub fn of(slug: &str) -> Option<&'static dyn Dialect> {
    DIALECTS.iter().copied().find(|dialect| dialect.slug() == slug)
}

/// The dialect of targets that name none.
pub fn usual() -> &'static dyn Dialect {
    DIALECTS[0]
}

impl fmt::Debug for dyn Dialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.slug())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: Date = Date::constant(2026, 3, 1);

    #[test]
    fn slugs_are_unique_and_paths_lie_inside_the_bank() {
        for (position, dialect) in DIALECTS.iter().enumerate() {
            assert!(std::ptr::addr_eq(of(dialect.slug()).unwrap(), *dialect), "{} comes twice", dialect.slug());
            for ask in [Ask::Accounts, Ask::Account("a b"), Ask::Balances("a b/c"), Ask::Transactions("a", DAY)] {
                let path = dialect.path(ask);
                assert!(path.starts_with('/') && !path.contains(' '), "{position}: {path}");
            }
        }
    }

    #[test]
    fn a_table_reads_what_its_standard_writes() {
        let uk = of("uk-open-banking-4.0").unwrap();
        let accounts = br#"{"Data":{"Account":[{"AccountId":"22289","Currency":"GBP","Account":[{"SchemeName":"UK.OBIE.SortCodeAccountNumber","Identification":"80200110203345"}]}]},"Links":{"Self":"https://x/a"},"Meta":{}}"#;
        let page = uk.accounts(accounts).value;
        assert_eq!((page.rows, page.records[0].id.as_str()), (1, "22289"));
        let row = r#"{"AccountId":"22289","TransactionId":"t1","CreditDebitIndicator":"Debit","Status":"BOOK","BookingDateTime":"2026-03-02T10:00:00+00:00","Amount":{"Amount":"10.00","Currency":"GBP"}}"#;
        let body = format!(
            r#"{{"Data":{{"Transaction":[{row},{row}]}},"Links":{{"Self":"https://x/t","Next":"https://x/t?page=2"}},"Meta":{{}}}}"#
        );
        let page = uk.transactions(body.as_bytes(), "22289").value;
        // A row that comes twice is two rows: whether that is right is a check's to say.
        assert_eq!((page.records.len(), page.next.as_deref()), (2, Some("https://x/t?page=2")));
        assert_eq!((page.records[0].amount.text().as_str(), page.records[0].account_id.as_str()), ("-10.00", "22289"));
        assert_eq!(
            uk.path(Ask::Transactions("22289", DAY)),
            "/open-banking/v4.0/aisp/accounts/22289/transactions?fromBookingDateTime=2026-03-01T00:00:00"
        );
    }
}
