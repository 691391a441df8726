//! Standards that are read by the tables of `normalise`: a row adds their paths.

use bank_fixtures::record::{Account, Balance, Transaction};

use super::{Ask, Dialect, uk_consent};
use crate::check::Area;
use crate::clock;
use crate::flow::Lodging;
use crate::normalise::canonical::{Records, records};
use crate::normalise::document::{Request, Resource, read};
use crate::normalise::generic::Page;
use crate::normalise::profile::Profile;
use crate::normalise::standard;
use crate::normalise::{Understood, Warning, WarningCode};

/// A standard and where its resources are.
pub(super) struct Table {
    slug: &'static str,
    /// Slug of the reader's table.
    standard: &'static str,
    scopes: &'static str,
    accounts: &'static str,
    /// `{account}` stands for the id.
    account: &'static str,
    /// The same.
    balances: &'static str,
    /// `{account}` stands for the id, `{from}` for the first day.
    transactions: &'static str,
    /// Pointer of the list of entries.
    rows: &'static str,
    /// What the reader remarks and this version means.
    meant: &'static [WarningCode],
    /// The checks of its own.
    area: Option<Area>,
    /// Where a consent to everything is lodged, if it is lodged before the login.
    lodging: fn() -> Option<Lodging>,
}

/// UK Open Banking 3.1 (Read/Write API specification, resource paths).
pub(super) static UK_3_1: Table = Table {
    slug: "uk-open-banking-3.1",
    standard: "uk-open-banking",
    scopes: "openid accounts",
    accounts: "/open-banking/v3.1/aisp/accounts",
    account: "/open-banking/v3.1/aisp/accounts/{account}",
    balances: "/open-banking/v3.1/aisp/accounts/{account}/balances",
    transactions: "/open-banking/v3.1/aisp/accounts/{account}/transactions?fromBookingDateTime={from}T00:00:00",
    rows: "/Data/Transaction",
    // A pending entry has no date but that of its booking to come: that there is one, a check of its own says.
    meant: &[WarningCode::NoDate],
    area: Some(Area::UkOpenBanking),
    lodging: || Some(uk_consent::to_everything("/open-banking/v3.1")),
};

/// UK Open Banking 4.0.
pub(super) static UK_4_0: Table = Table {
    slug: "uk-open-banking-4.0",
    standard: "uk-open-banking",
    scopes: "openid accounts",
    accounts: "/open-banking/v4.0/aisp/accounts",
    account: "/open-banking/v4.0/aisp/accounts/{account}",
    balances: "/open-banking/v4.0/aisp/accounts/{account}/balances",
    transactions: "/open-banking/v4.0/aisp/accounts/{account}/transactions?fromBookingDateTime={from}T00:00:00",
    rows: "/Data/Transaction",
    meant: &[WarningCode::NoDate],
    area: Some(Area::UkOpenBanking),
    lodging: || Some(uk_consent::to_everything("/open-banking/v4.0")),
};

/// Berlin Group NextGenPSD2 1.3 (Implementation Guidelines, section 6).
pub(super) static BERLIN_GROUP: Table = Table {
    slug: "berlin-group",
    standard: "berlin-group",
    scopes: "openid",
    accounts: "/v1/accounts",
    account: "/v1/accounts/{account}",
    balances: "/v1/accounts/{account}/balances",
    transactions: "/v1/accounts/{account}/transactions?bookingStatus=both&dateFrom={from}",
    rows: "/transactions/booked",
    meant: &[],
    area: None,
    lodging: || None,
};

/// Australian Consumer Data Standards (Banking APIs).
pub(super) static CDR: Table = Table {
    slug: "cdr",
    standard: "cdr",
    scopes: "openid bank:accounts.basic:read bank:accounts.detail:read bank:transactions:read",
    accounts: "/cds-au/v1/banking/accounts?page-size=100",
    account: "/cds-au/v1/banking/accounts/{account}",
    balances: "/cds-au/v1/banking/accounts/{account}/balance",
    transactions: "/cds-au/v1/banking/accounts/{account}/transactions?oldest-time={from}T00:00:00Z&page-size=100",
    rows: "/data/transactions",
    meant: &[],
    area: None,
    lodging: || None,
};

impl Table {
    fn read(&self, body: &[u8], resource: Resource, account: Option<&str>) -> Records {
        let standard = standard::of(self.standard).expect("a test reads with every row");
        let request = Request {
            resource,
            account,
            known: &[],
            fetched: clock::now(),
            status: 200,
            url: None,
            moves_money: false,
        };
        let mut records = records(read(standard, &Profile::default(), body, request));
        records.warnings.retain(|warning| !self.meant.contains(&warning.code));
        records
    }
}

impl Dialect for Table {
    fn slug(&self) -> &'static str {
        self.slug
    }

    fn scopes(&self) -> &'static str {
        self.scopes
    }

    fn area(&self) -> Option<Area> {
        self.area
    }

    fn lodging(&self) -> Option<Lodging> {
        (self.lodging)()
    }

    fn path(&self, ask: Ask<'_>) -> String {
        match ask {
            Ask::Accounts => self.accounts.to_owned(),
            Ask::Account(account) => self.account.replace("{account}", &segment(account)),
            Ask::Balances(account) => self.balances.replace("{account}", &segment(account)),
            Ask::Transactions(account, from) => {
                self.transactions.replace("{account}", &segment(account)).replace("{from}", &from.to_string())
            }
        }
    }

    fn accounts(&self, body: &[u8]) -> Understood<Page<Account>> {
        let read = self.read(body, Resource::Accounts, None);
        page(read.accounts, read.next, read.warnings)
    }

    fn balances(&self, body: &[u8], account_id: &str) -> Understood<Page<Balance>> {
        let read = self.read(body, Resource::Balances, Some(account_id));
        page(read.balances, read.next, read.warnings)
    }

    fn transactions(&self, body: &[u8], account_id: &str) -> Understood<Page<Transaction>> {
        let read = self.read(body, Resource::Transactions, Some(account_id));
        let rows = read.transactions.into_iter().map(|row| Transaction { account_id: account_id.to_owned(), ..row });
        page(rows.collect(), read.next, read.warnings)
    }

    fn row(&self, index: usize) -> String {
        format!("{}/{index}", self.rows)
    }
}

fn page<T>(records: Vec<T>, next: Option<String>, warnings: Vec<Warning>) -> Understood<Page<T>> {
    Understood { value: Page { rows: records.len(), records, origins: Vec::new(), next }, warnings }
}

/// An id as a segment of a path.
pub(super) fn segment(id: &str) -> String {
    let mut text = String::with_capacity(id.len());
    for byte in id.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => text.push(char::from(byte)),
            // RFC 3986 §2.1.
            other => text.push_str(&format!("%{other:02X}")),
        }
    }
    text
}
