//! Transactions, of one account or of all: the rows a consent lets through, and the fields.
//!
//! Owns filters, windows and pages. A row is dated by the instant it shows as `BookingDateTime`, and filters mean that
//! instant, so that no client sees a row outside the window it asked for.

use std::borrow::Cow;
use std::sync::Arc;

use axum::http::StatusCode;
use bank_fixtures::record::{self, Account, Instant, TransactionStatus};
use bank_fixtures::servicing::PeriodStatement;
use jiff::civil::{Date, DateTime, Time};
use jiff::{SignedDuration, Timestamp};

use super::answer::{self, Links, PAGE, bad_cursor};
use super::balance;
use super::error::{Code, Refused, clipped};
use super::json::{Json, object};
use super::permission::{Permission, Permissions};
use super::value;
use super::version::{Era, Version};
use super::visit::{Reading, Visit};
use crate::bank::{Place, StatementFilter, StatusFilter};
use crate::dialect::cursor::Cursor;
use crate::exchange::Reply;

const ANY: &[Permission] = &[Permission::ReadTransactionsBasic, Permission::ReadTransactionsDetail];

/// Which rows are shown.
#[derive(Debug, Clone, Copy)]
struct Window {
    from: Option<Timestamp>,
    to: Option<Timestamp>,
    /// They say which directions show.
    permissions: Permissions,
    status: StatusFilter,
    /// 3.1 has no word for entries that are only information.
    era: Era,
}

/// Where in which account a page begins.
struct Start {
    page: u32,
    account: usize,
    place: Option<Place>,
}

pub(super) fn list(visit: &Visit<'_>) -> Result<Reply, Refused> {
    let reading = visit.reading(ANY)?;
    let window = Window::asked(visit, &reading)?;
    listed(visit, &reading, window)
}

/// The entries of a statement, as far as they may be seen.
pub(super) fn of_statement(visit: &Visit<'_>, statement: &PeriodStatement) -> Result<Reply, Refused> {
    let reading = visit.reading(ANY)?;
    let asked = Window::asked(visit, &reading)?;
    let last = statement.ends_at.at.saturating_sub(SignedDuration::from_nanos(1)).unwrap_or(statement.ends_at.at);
    let window = Window {
        from: asked.from.into_iter().chain([statement.starts_at.at]).max(),
        to: asked.to.into_iter().chain([last]).min(),
        status: StatusFilter::Booked,
        ..asked
    };
    listed(visit, &reading, window)
}

fn listed(visit: &Visit<'_>, reading: &Reading<'_>, window: Window) -> Result<Reply, Refused> {
    let accounts = reading.accounts(visit)?;
    let name = format!(
        "transactions {} {} {:?} {:?}",
        reading.granted.consent().consent.id,
        visit.call.request.path,
        window.from,
        window.to
    );
    let start = match visit.call.query(PAGE) {
        None => Start { page: 1, account: 0, place: None },
        Some(text) => Start::read(&text, &name).ok_or_else(bad_cursor)?,
    };
    let page = start.page;
    let (rows, next) = page_of(visit, reading, &accounts, window, start)?;
    let detail = reading.has(Permission::ReadTransactionsDetail);
    let rows = rows.iter().map(|row| written(visit, reading, row, detail)).collect();
    let next = next.map(|start| start.text(&name));
    let links = Links { first: page > 1 || next.is_some(), next };
    let data = object! { "Data": Json::Object(vec![("Transaction".into(), Json::List(rows))]) };
    Ok(answer::wrapped(visit, StatusCode::OK, data, &links, meta(visit, &accounts, window)))
}

/// At most a page of the rows that show, and where the next page begins if there may be more.
fn page_of(
    visit: &Visit<'_>,
    reading: &Reading<'_>,
    accounts: &[Cow<'_, Account>],
    window: Window,
    start: Start,
) -> Result<(Vec<Arc<record::Transaction>>, Option<Start>), Refused> {
    let size = visit.bank.ledger.profile().pages.default as usize;
    let filter = window.filter(visit);
    let (mut account, mut place, mut rows) = (start.account, start.place, Vec::new());
    while rows.len() < size && account < accounts.len() {
        let page = reading.granted.transactions(&accounts[account].id, &filter, place, size - rows.len())?;
        rows.extend(page.transactions.into_iter().filter(|row| window.shows(row)));
        place = page.next;
        if place.is_none() {
            account += 1;
        }
    }
    let next = (account < accounts.len()).then(|| Start { page: start.page.saturating_add(1), account, place });
    Ok((rows, next))
}

impl Window {
    /// What the query asks for and the consent allows of it.
    fn asked(visit: &Visit<'_>, reading: &Reading<'_>) -> Result<Window, Refused> {
        let (from, to) = (filter(visit, "fromBookingDateTime")?, filter(visit, "toBookingDateTime")?);
        if from.zip(to).is_some_and(|(from, to)| from > to) {
            let message = "toBookingDateTime is earlier than fromBookingDateTime";
            return Err(Refused::mistake(Code::InvalidDate, "toBookingDateTime", message));
        }
        Ok(Window {
            from: from.into_iter().chain(reading.terms.from).max(),
            to: to.into_iter().chain(reading.terms.to).min(),
            permissions: reading.terms.permissions,
            status: StatusFilter::All,
            era: visit.version.era,
        })
    }

    /// The days the window touches, for the ledger.
    fn filter(&self, visit: &Visit<'_>) -> StatementFilter {
        let day = |at: Timestamp| at.to_zoned(visit.bank.ledger.book().zone().clone()).date();
        StatementFilter { from: self.from.map(day), to: self.to.map(day), status: self.status }
    }

    fn shows(&self, row: &record::Transaction) -> bool {
        let credit = value::indicator(row.amount) == "Credit";
        let direction = if credit { Permission::ReadTransactionsCredits } else { Permission::ReadTransactionsDebits };
        // A row of a whole day shows if any of the day does.
        let inside = match (row.booking_at.or(row.transaction_at), row.booking_date) {
            (Some(at), _) => self.from.is_none_or(|from| at.at >= from) && self.to.is_none_or(|to| at.at <= to),
            (None, _) => true,
        };
        self.permissions.has(direction)
            && inside
            && (self.era == Era::Four || row.status != TransactionStatus::Information)
    }
}

impl Start {
    /// A cursor knows its list; the number of the account in front of it is part of the list's name.
    fn text(&self, list: &str) -> String {
        let cursor = match self.place {
            Some(place) => Cursor::Entries(Place { page: self.page, ..place }),
            None => Cursor::Rows { page: self.page, left: 0 },
        };
        format!("{}-{}", self.account, cursor.text(&format!("{list} {}", self.account)))
    }

    fn read(text: &str, list: &str) -> Option<Start> {
        let (account, cursor) = text.split_once('-')?;
        let account = account.parse().ok()?;
        Some(match Cursor::read(cursor, &format!("{list} {account}"))? {
            Cursor::Entries(place) => Start { page: place.page, account, place: Some(place) },
            Cursor::Rows { page, .. } => Start { page, account, place: None },
        })
    }
}

/// The page a cursor of transactions stands for.
pub(super) fn page_number(text: &str) -> Option<u32> {
    Cursor::page_of(text.split_once('-').map_or(text, |(_, cursor)| cursor))
}

/// A filter: a date and time without a zone, which is the bank's; a zone that is given is ignored.
pub(super) fn filter(visit: &Visit<'_>, name: &str) -> Result<Option<Timestamp>, Refused> {
    let Some(text) = visit.call.query(name) else { return Ok(None) };
    let zone = visit.bank.ledger.book().zone().clone();
    let at = local(&text).and_then(|local| local.to_zoned(zone).ok());
    let message = format!("write {name} as a date and time without a zone, such as 2026-03-01T00:00:00");
    at.map(|at| Some(at.timestamp())).ok_or_else(|| Refused::mistake(Code::InvalidDate, name, message))
}

fn local(text: &str) -> Option<DateTime> {
    let date: Date = text.get(..10)?.parse().ok()?;
    let Some(rest) = text.get(10..).filter(|rest| !rest.is_empty()) else {
        return Some(date.to_datetime(Time::midnight()));
    };
    let rest = rest.strip_prefix(['T', ' '])?;
    // A `+` that was not escaped arrives as a blank.
    let time = rest.split(['Z', '+', '-', ' ']).next()?;
    let shape = time.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b':' | b'.'));
    Some(date.to_datetime(time.parse().ok().filter(|_| shape)?))
}

/// What there is to see at all, whatever the filter.
fn meta(visit: &Visit<'_>, accounts: &[Cow<'_, Account>], window: Window) -> Json {
    let zone = visit.bank.ledger.book().zone();
    let opened = accounts.iter().filter_map(|account| value::start_of(account.opened_on?, zone)).map(|at| at.at).min();
    let first = window.from.into_iter().chain(opened).max();
    let last = window.to.map_or(visit.call.now, |to| to.min(visit.call.now));
    let stated = |at| value::instant(visit.stated(at));
    object! {
        "FirstAvailableDateTime": first.map(stated),
        "LastAvailableDateTime": stated(last),
    }
}

fn written(visit: &Visit<'_>, reading: &Reading<'_>, row: &record::Transaction, detail: bool) -> Json {
    let zone = visit.bank.ledger.book().zone();
    let start_of = |day| value::start_of(day, zone);
    let booked: Option<Instant> = row
        .booking_at
        .or(row.booking_date.and_then(start_of))
        .or(row.transaction_at)
        .or(row.transaction_date.and_then(start_of));
    let text = row.remittance.join(" ");
    let counterparty = row.counterparty.as_ref().filter(|_| detail);
    let other = counterparty.and_then(|other| {
        let account = other.account.as_ref().and_then(|account| value::account(account, other.name.as_deref()));
        account.or_else(|| Some(object! { "Name": other.name.as_deref()? }))
    });
    let outgoing = value::indicator(row.amount) == "Debit";
    let known = reading.granted.transaction_details(row).ok();
    let bic = known.as_ref().and_then(|known| known.agent_bic.as_deref()).filter(|_| other.is_some());
    let side = bic.map(value::agent);
    let (creditor, debtor) = if outgoing { (other, None) } else { (None, other) };
    let (creditor_agent, debtor_agent) = if outgoing { (side, None) } else { (None, side) };
    let own = known.as_ref().map(|known| object! { "Code": known.proprietary.code, "Issuer": issuer(visit) });
    let contract = known.as_ref().and_then(|known| known.exchange_contract.as_deref());
    let exchange = row.fx.as_ref().map(|fx| {
        object! {
            "SourceCurrency": fx.source.code(),
            "TargetCurrency": fx.target.code(),
            "UnitCurrency": fx.source.code(),
            "ExchangeRate": number(&fx.rate.to_string()),
        "ContractIdentification": contract.map(|contract| clipped(contract, 35)),
            "InstructedAmount": row.original_amount.map(value::amount),
        }
    });
    let merchant = row.merchant.as_ref().filter(|_| detail).map(|merchant| {
        object! {
            "MerchantName": merchant.name.as_deref().map(|name| clipped(name, 350)),
            "MerchantCategoryCode": merchant.mcc.as_deref(),
        }
    });
    let balance = row.balance_after.filter(|_| detail).map(|after| {
        object! {
            "CreditDebitIndicator": value::indicator(after),
            "Type": visit.version.word(balance::BOOKED),
            "Amount": value::amount(after),
        }
    });
    let code = row.bank_tx_code.as_ref().and_then(|code| bank_code(visit.version, code));
    let pending = row.status == TransactionStatus::Pending;
    object! {
        "AccountId": row.account_id.as_str(),
        "TransactionId": row.id.as_deref(),
        "CreditDebitIndicator": value::indicator(row.amount),
        "Status": status(visit.version, row.status),
        "TransactionMutability": if pending { "Mutable" } else { "Immutable" },
        "BookingDateTime": value::instant(booked.unwrap_or_else(|| visit.stated(visit.call.now))),
        "ValueDateTime": row.value_date.and_then(start_of).map(value::instant),
        "TransactionInformation": (detail && !text.is_empty()).then(|| clipped(&text, 500)),
        "Amount": value::amount(row.amount),
        "ChargeAmount": known.as_ref().and_then(|known| known.charge).map(value::amount),
        "CurrencyExchange": exchange,
        "BankTransactionCode": code,
        "ProprietaryBankTransactionCode": own,
        "Balance": balance,
        "MerchantDetails": merchant,
        "CreditorAgent": creditor_agent,
        "CreditorAccount": creditor,
        "DebtorAgent": debtor_agent,
        "DebtorAccount": debtor,
    }
}

/// Who gives the bank's own codes out: the bank.
fn issuer(visit: &Visit<'_>) -> String {
    clipped(&visit.bank.profile.name, 35)
}

fn status(version: &Version, status: TransactionStatus) -> &'static str {
    version.word(match status {
        TransactionStatus::Pending => ("Pending", "PDNG"),
        TransactionStatus::Booked => ("Booked", "BOOK"),
        TransactionStatus::Information => ("Booked", "INFO"),
        TransactionStatus::Void => ("Rejected", "RJCT"),
    })
}

/// An exact decimal as a number.
pub(super) fn number(text: &str) -> Option<Json> {
    text.parse().ok().and_then(serde_json::Number::from_f64).map(Json::Number)
}

/// Family and sub-family; 3.1 writes their names. `None` for one without a name there.
fn bank_code(version: &Version, [_, family, sub]: &[String; 3]) -> Option<Json> {
    let (family, sub) = match version.era {
        Era::Four => (family.as_str(), sub.as_str()),
        Era::Three => (name(FAMILIES, family)?, name(SUB_FAMILIES, sub)?),
    };
    Some(object! { "Code": family, "SubCode": sub })
}

fn name(table: &[(&str, &'static str)], code: &str) -> Option<&'static str> {
    table.iter().find(|row| row.0 == code).map(|row| row.1)
}

/// Names of the families this bank books, as the ISO 20022 list of bank transaction codes has them.
const FAMILIES: &[(&str, &str)] = &[
    ("RCDT", "ReceivedCreditTransfers"),
    ("ICDT", "IssuedCreditTransfers"),
    ("RDDT", "ReceivedDirectDebits"),
    ("IDDT", "IssuedDirectDebits"),
    ("CCRD", "CustomerCardTransactions"),
    ("MCRD", "MerchantCardTransactions"),
    ("CNTR", "CounterTransactions"),
    ("MDOP", "MiscellaneousDebitOperations"),
    ("MCOP", "MiscellaneousCreditOperations"),
    ("ACMT", "AccountManagement"),
];

const SUB_FAMILIES: &[(&str, &str)] = &[
    ("DMCT", "DomesticCreditTransfer"),
    ("XBCT", "CrossBorderCreditTransfer"),
    ("SALA", "PayrollSalaryPayment"),
    ("STDO", "StandingOrder"),
    ("PMDD", "DirectDebit"),
    ("ESDD", "SEPACoreDirectDebit"),
    ("UPDD", "ReversalDueToUnpaidDirectDebit"),
    ("POSD", "PointOfSalePaymentDebitCard"),
    ("POSC", "PointOfSalePaymentCreditCard"),
    ("CWDL", "CashWithdrawal"),
    ("CDPT", "CashDeposit"),
    ("CHRG", "Charges"),
    ("INTR", "Interest"),
    ("RIMB", "Reimbursements"),
    ("OTHR", "Other"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_ignore_a_zone_and_take_a_bare_date() {
        let at = |text: &str| local(text).map(|at| at.to_string());
        let nine = Some("2026-03-01T09:30:00".to_owned());
        for text in
            ["2026-03-01T09:30:00", "2026-03-01T09:30:00Z", "2026-03-01T09:30:00+01:00", "2026-03-01T09:30:00 01:00"]
        {
            assert_eq!(at(text), nine, "{text}");
        }
        assert_eq!(at("2026-03-01"), Some("2026-03-01T00:00:00".to_owned()));
        for text in ["", "2026-02-30", "1 May", "2026-03-01T25:00:00", "2026-03-01Tx", "2026-03-01é"] {
            assert_eq!(at(text), None, "{text}");
        }
    }
}
