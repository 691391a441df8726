//! Handlers that read: customers, accounts, balances, transactions.

use axum::http::StatusCode;

use super::body::{Account, Balance, Customer};
use super::list;
use super::query::Query;
use super::transaction::Transactions;
use crate::bank::Granted;
use crate::dialect::cursor::Cursor;
use crate::exchange::{Call, Problem, ProblemKind, Reply};
use crate::world::BankInstance;

pub(super) fn customers(bank: &BankInstance, call: &Call<'_>) -> Result<Reply, Problem> {
    let query = Query::read(call, LIST)?;
    let granted = granted(bank, call)?;
    let name = format!("customers {}", granted.consent().consent.id);
    list::page(call, &query, bank.ledger.profile().pages, &name, &granted.customers(), |party| Customer::from(*party))
}

pub(super) fn customer_accounts(bank: &BankInstance, call: &Call<'_>) -> Result<Reply, Problem> {
    let query = Query::read(call, LIST)?;
    let granted = granted(bank, call)?;
    let customer = call.param("customer");
    let accounts = granted.customer_accounts(customer)?;
    let name = format!("accounts {} {customer}", granted.consent().consent.id);
    list::page(call, &query, bank.ledger.profile().pages, &name, &accounts, |account| Account::from(&**account))
}

pub(super) fn accounts(bank: &BankInstance, call: &Call<'_>) -> Result<Reply, Problem> {
    let query = Query::read(call, LIST)?;
    let granted = granted(bank, call)?;
    let name = format!("accounts {}", granted.consent().consent.id);
    let accounts = granted.accounts();
    list::page(call, &query, bank.ledger.profile().pages, &name, &accounts, |account| Account::from(&**account))
}

pub(super) fn account(bank: &BankInstance, call: &Call<'_>) -> Result<Reply, Problem> {
    Query::read(call, &[])?;
    let granted = granted(bank, call)?;
    let account = granted.account(call.param("account"))?;
    Ok(list::record(StatusCode::OK, &Account::from(&*account)))
}

pub(super) fn balances(bank: &BankInstance, call: &Call<'_>) -> Result<Reply, Problem> {
    let query = Query::read(call, LIST)?;
    let account = call.param("account");
    let balances = granted(bank, call)?.balances(account)?;
    let balances: Vec<_> = balances.iter().filter_map(Balance::of).collect();
    let name = format!("balances {account}");
    list::page(call, &query, bank.ledger.profile().pages, &name, &balances, |balance| balance)
}

pub(super) fn transactions(bank: &BankInstance, call: &Call<'_>) -> Result<Reply, Problem> {
    let query = Query::read(call, &["from", "to", "status", "limit", "cursor"])?;
    let granted = granted(bank, call)?;
    let account = call.param("account");
    let (filter, limit) = (query.filter()?, query.limit(bank.ledger.profile().pages)?);
    let name = format!("transactions {account} {:?} {:?} {:?}", filter.from, filter.to, filter.status);
    let place = match query.cursor(&name)? {
        Some(Cursor::Entries(place)) => Some(place),
        _ => None,
    };
    let page = granted.transactions(account, &filter, place, limit)?;
    let next = page.next.map(|place| Cursor::Entries(place).text(&name));
    let rows = Transactions(&page.transactions);
    Ok(list::answer(call, rows, page.transactions.len() * TRANSACTION_BYTES, next))
}

/// What the consent of the caller's token shows.
pub(super) fn granted<'a>(bank: &'a BankInstance, call: &Call<'_>) -> Result<Granted<'a>, Problem> {
    let consent = call.access.as_ref().and_then(|access| access.consent_id.as_deref());
    let detail = "this needs a token that an account holder gave";
    let consent = consent.ok_or_else(|| Problem::new(ProblemKind::InsufficientScope, detail))?;
    Ok(bank.ledger.granted(consent, call.now)?)
}

/// Parameters of lists without filters.
pub(super) const LIST: &[&str] = &["limit", "cursor"];

/// More than nine in ten transactions are shorter.
const TRANSACTION_BYTES: usize = 768;
