//! Everything a consent shows of the target's stretch of history, read page by page once and judged by many checks.
//!
//! Owns the loop over pages with its guards. Keeps records together with the exchange they came from.

use std::collections::HashSet;
use std::sync::Arc;

use bank_fixtures::record::{Account, Balance, Transaction};
use jiff::ToSpan;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::{BankProbe, Trouble, http_date, needed_json};
use crate::clock;
use crate::dialect::Ask;
use crate::http::Reply;
use crate::normalise::generic::Page;
use crate::normalise::{Understood, Warning};
use crate::verdict::{Evidence, Exchange};

/// No account of a test user has more pages of 100 rows.
const MAX_PAGES: usize = 2_000;

/// What a consent shows.
#[derive(Debug)]
pub struct Reading {
    /// The accounts with all they hold.
    pub accounts: Vec<AccountReading>,
    /// Every deviation from the contract, with the exchange that shows it.
    pub warnings: Vec<(Warning, Arc<Exchange>)>,
}

/// One account with all it holds.
#[derive(Debug)]
pub struct AccountReading {
    /// The account.
    pub account: Account,
    /// Where the account was read.
    pub exchange: Arc<Exchange>,
    /// Its balances.
    pub balances: Vec<Balance>,
    /// Where they were read.
    pub balances_exchange: Arc<Exchange>,
    /// Its entries, in the order of the list.
    pub rows: Vec<Row>,
    /// `Date` of the answer with the first page, as sent.
    pub read_at: Option<String>,
}

/// An entry with the exchange and the pointer that show it.
#[derive(Debug, Clone)]
pub struct Row {
    /// The entry.
    pub record: Transaction,
    /// The page it came on.
    pub exchange: Arc<Exchange>,
    /// Where it stands there: JSON pointer.
    pub pointer: String,
}

impl Row {
    /// This row as evidence.
    pub fn evidence(&self) -> Evidence {
        Evidence::from(Arc::clone(&self.exchange)).at(&self.pointer)
    }

    /// Its id, or a mark that it has none.
    pub fn id(&self) -> &str {
        self.record.id.as_deref().unwrap_or("(no id)")
    }
}

impl Reading {
    pub(super) async fn take(bank: &BankProbe) -> Result<Reading, Trouble> {
        let mut warnings = Vec::new();
        let mut accounts = Vec::new();
        let dialect = bank.target.dialect;
        let mut next = Some(bank.url(&dialect.path(Ask::Accounts)));
        while let Some(url) = next.take() {
            let (reply, page) = read_page(bank, &url, &mut warnings, |body| dialect.accounts(body)).await?;
            for account in page.records {
                accounts.push(AccountReading::take(bank, account, &reply, &mut warnings).await?);
            }
            next = page.next;
        }
        Ok(Reading { accounts, warnings })
    }

    /// Every entry of every account.
    pub fn rows(&self) -> impl Iterator<Item = &Row> {
        self.accounts.iter().flat_map(|account| &account.rows)
    }
}

impl AccountReading {
    async fn take(
        bank: &BankProbe,
        account: Account,
        listed: &Reply,
        warnings: &mut Vec<(Warning, Arc<Exchange>)>,
    ) -> Result<AccountReading, Trouble> {
        let dialect = bank.target.dialect;
        let balances_url = bank.url(&dialect.path(Ask::Balances(&account.id)));
        let read = |body: &[u8]| dialect.balances(body, &account.id);
        let (balances_reply, balances) = read_page(bank, &balances_url, warnings, read).await?;
        let from = first_day(bank, listed);
        let url = bank.url(&dialect.path(Ask::Transactions(&account.id, from)));
        let (rows, read_at) = read_rows(bank, &account.id, url, warnings).await?;
        Ok(AccountReading {
            exchange: Arc::clone(&listed.exchange),
            balances: balances.records,
            balances_exchange: balances_reply.exchange,
            rows,
            read_at,
            account,
        })
    }
}

/// The day from which history is read, by the bank's own clock.
pub(crate) fn first_day(bank: &BankProbe, reply: &Reply) -> Date {
    let now = reply.header("date").and_then(http_date).unwrap_or_else(clock::now);
    let today = now.to_zoned(TimeZone::UTC).date();
    today.saturating_sub(i64::from(bank.target.history_days).days())
}

/// Every row of a list of entries, from its first page on.
///
/// # Errors
/// When a page cannot be read, or pages do not end.
pub(super) async fn read_rows(
    bank: &BankProbe,
    account_id: &str,
    first: String,
    warnings: &mut Vec<(Warning, Arc<Exchange>)>,
) -> Result<(Vec<Row>, Option<String>), Trouble> {
    let mut rows: Vec<Row> = Vec::new();
    let mut read_at = None;
    let mut next = Some(first);
    let mut seen: Vec<String> = Vec::new();
    let mut ids: HashSet<String> = HashSet::new();
    while let Some(url) = next.take() {
        if seen.contains(&url) || seen.len() >= MAX_PAGES {
            let message = format!("the pages do not end (see pages-terminate): page {} is {url}", seen.len() + 1);
            return Err(Trouble::Unobservable(message));
        }
        let dialect = bank.target.dialect;
        let read = |body: &[u8]| dialect.transactions(body, account_id);
        let (reply, page) = read_page(bank, &url, warnings, read).await?;
        let fresh = page.records.iter().filter(|row| row.id.clone().is_none_or(|id| ids.insert(id))).count();
        if fresh == 0 && page.next.is_some() {
            let message = format!("the pages do not end (see pages-terminate): nothing new on {}", reply.exchange);
            return Err(Trouble::Unobservable(message));
        }
        read_at = read_at.or_else(|| reply.header("date").map(str::to_owned));
        rows.extend(page.records.into_iter().enumerate().map(|(index, record)| Row {
            record,
            exchange: Arc::clone(&reply.exchange),
            pointer: dialect.row(index),
        }));
        seen.push(url);
        next = page.next;
    }
    Ok((rows, read_at))
}

impl BankProbe {
    /// Every entry of an account from a day on, page by page.
    ///
    /// # Errors
    /// As [`BankProbe::reading`].
    pub async fn entries(&self, account_id: &str, from: Date) -> Result<Vec<Row>, Trouble> {
        let url = self.url(&self.target.dialect.path(Ask::Transactions(account_id, from)));
        read_rows(self, account_id, url, &mut Vec::new()).await.map(|(rows, _)| rows)
    }

    /// Every row of a list of entries, page by page from this query on: `limit=7`.
    ///
    /// # Errors
    /// As [`BankProbe::reading`].
    pub async fn rows(&self, account_id: &str, query: &str) -> Result<Vec<Row>, Trouble> {
        let url = self.url(&format!("/accounts/{account_id}/transactions?{query}"));
        read_rows(self, account_id, url, &mut Vec::new()).await.map(|(rows, _)| rows)
    }
}

async fn read_page<T>(
    bank: &BankProbe,
    url: &str,
    warnings: &mut Vec<(Warning, Arc<Exchange>)>,
    read: impl FnOnce(&[u8]) -> Understood<Page<T>>,
) -> Result<(Reply, Page<T>), Trouble> {
    if !same_origin(url, &bank.target.base_url) {
        let message = format!("a link leaves the bank (see pages-terminate): {url}");
        return Err(Trouble::Unobservable(message));
    }
    let reply = bank.ask(crate::http::Request::get(url).header("accept", "application/json")).await?;
    needed_json(&reply)?;
    let understood = read(reply.body());
    warnings.extend(understood.warnings.into_iter().map(|warning| (warning, Arc::clone(&reply.exchange))));
    Ok((reply, understood.value))
}

/// `true` if both addresses have the same scheme, host and port.
pub(crate) fn same_origin(left: &str, right: &str) -> bool {
    match (url::Url::parse(left), url::Url::parse(right)) {
        (Ok(left), Ok(right)) => left.origin() == right.origin(),
        _ => false,
    }
}
