//! Balances, of one account or of all.

use bank_fixtures::record::{self, BalanceKind};

use super::answer;
use super::error::Refused;
use super::json::{Json, object};
use super::permission::Permission;
use super::value;
use super::version::Version;
use super::visit::Visit;
use crate::exchange::Reply;

pub(super) fn list(visit: &Visit<'_>) -> Result<Reply, Refused> {
    let reading = visit.reading(&[Permission::ReadBalances])?;
    let mut rows = Vec::new();
    for account in reading.accounts(visit)? {
        let balances = reading.granted.balances(&account.id)?;
        rows.extend(balances.iter().filter_map(|balance| written(visit, &account.id, balance)));
    }
    answer::list(visit, "Balance", rows)
}

fn written(visit: &Visit<'_>, account_id: &str, balance: &record::Balance) -> Option<Json> {
    let line = |amount| {
        object! {
            "Included": balance.credit_line_included.unwrap_or(false),
            "Type": "Pre-Agreed",
            "Amount": value::amount(amount),
        }
    };
    Some(object! {
        "AccountId": account_id,
        "CreditDebitIndicator": value::indicator(balance.amount),
        "Type": kind(visit.version, balance.kind)?,
        "DateTime": value::instant(balance.as_of.unwrap_or_else(|| visit.stated(visit.call.now))),
        "Amount": value::amount(balance.amount),
        "CreditLine": balance.credit_line.map(|amount| vec![line(amount)]),
    })
}

/// `None` for a kind the standard has no word for.
fn kind(version: &Version, kind: BalanceKind) -> Option<&'static str> {
    let words = match kind {
        // Debt is a booked balance with the indicator of a debit.
        BalanceKind::BookedCurrent | BalanceKind::Owed => BOOKED,
        BalanceKind::BookedOpening => ("OpeningBooked", "OPBD"),
        BalanceKind::BookedClosing => ("ClosingBooked", "CLBD"),
        BalanceKind::Available => ("InterimAvailable", "ITAV"),
        BalanceKind::Expected => ("Expected", "XPCD"),
        BalanceKind::Blocked | BalanceKind::Invested | BalanceKind::NotInvoiced | BalanceKind::Unknown => return None,
    };
    Some(version.word(words))
}

/// The word for what is booked now.
pub(super) const BOOKED: (&str, &str) = ("InterimBooked", "ITBD");
