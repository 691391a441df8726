//! Whether balances and entries of one read add up.
//!
//! Owns opening + booked = closing, and the chain of balances after each entry. Pending entries and those for
//! information are in no booked balance. Knows no standard.

use rust_decimal::Decimal;

use super::model::{Balance, Entry, Meaning};
use super::standard::Change;
use super::{Warning, WarningCode};

/// What does not add up.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) warnings: Vec<Warning>,
    /// Whether a row must be missing.
    pub(super) chain_broken: bool,
}

/// Checks the rows of a read against the balances known after it.
pub(super) fn read(balances: &[Balance], rows: &[(Change, Entry)]) -> Found {
    let mut found = Found::default();
    let mut accounts: Vec<&str> = rows.iter().map(|(_, entry)| entry.account.as_str()).collect();
    accounts.dedup();
    for account in accounts {
        let booked: Vec<&Entry> =
            rows.iter().map(|row| &row.1).filter(|entry| entry.account == account && entry.is_booked()).collect();
        window(balances, account, &booked, &mut found);
        chain(&booked, &mut found);
    }
    found
}

fn window(balances: &[Balance], account: &str, booked: &[&Entry], found: &mut Found) {
    let of = |meaning| balances.iter().find(|one| one.account == account && one.meaning == meaning);
    let (Some(opening), Some(closing)) = (of(Meaning::BookedOpening), of(Meaning::BookedClosing)) else { return };
    if opening.amount.unit != closing.amount.unit {
        return;
    }
    let of_unit = booked.iter().filter(|entry| entry.amount.unit == opening.amount.unit);
    let sum = of_unit.map(|entry| entry.amount.value).try_fold(Decimal::ZERO, Decimal::checked_add);
    // Beyond exact arithmetic nothing is claimed.
    let due = sum.and_then(|sum| opening.amount.value.checked_add(sum));
    let difference = due.and_then(|due| closing.amount.value.checked_sub(due));
    if let (Some(sum), Some(difference)) = (sum, difference.filter(|difference| !difference.is_zero())) {
        let message = format!(
            "{} + booked {sum} is not {}: the difference is {difference}",
            opening.amount.value, closing.amount.value
        );
        found.warnings.push(Warning { code: WarningCode::BalanceMismatch, pointer: String::new(), message });
    }
}

fn chain(booked: &[&Entry], found: &mut Found) {
    let oldest_first = broken(booked.iter().copied());
    let newest_first = broken(booked.iter().rev().copied());
    let days: Vec<_> = booked.iter().map(|entry| entry.day()).collect();
    let breaks = match days.first().cmp(&days.last()) {
        std::cmp::Ordering::Less => oldest_first,
        std::cmp::Ordering::Greater => newest_first,
        std::cmp::Ordering::Equal if oldest_first.len() <= newest_first.len() => oldest_first,
        std::cmp::Ordering::Equal => newest_first,
    };
    found.chain_broken |= !breaks.is_empty();
    found.warnings.extend(breaks);
}

/// The rows whose balance does not follow from the one before.
fn broken<'a>(entries: impl Iterator<Item = &'a Entry>) -> Vec<Warning> {
    let mut before: Option<Decimal> = None;
    let mut breaks = Vec::new();
    for entry in entries {
        let Some(after) = &entry.balance_after else {
            before = None;
            continue;
        };
        let due = before.and_then(|before| before.checked_add(entry.amount.value));
        let difference = due.and_then(|due| after.value.checked_sub(due));
        if let Some(difference) = difference.filter(|difference| !difference.is_zero()) {
            breaks.push(Warning {
                code: WarningCode::BalanceMismatch,
                pointer: entry.pointer.clone(),
                message: format!("the balance after does not follow from the one before: {difference} is missing"),
            });
        }
        before = Some(after.value);
    }
    breaks
}
