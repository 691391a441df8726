//! Whether balances and entries of one read add up.
//!
//! Owns opening + booked = closing, and the chain of balances after each entry. Pending entries and those for
//! information are in no booked balance. Knows no standard.

use rust_decimal::Decimal;

use super::model::{Balance, BalanceKind, Entry};
use super::standard::Change;
use super::{Warning, WarningCode};

/// What does not add up.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) warnings: Vec<Warning>,
    /// Whether a row must be missing.
    pub(super) chain_broken: bool,
}

/// Checks the rows of a read against the balances known after it. What does not add up is said of the row or balance too.
pub(super) fn read(balances: &mut [Balance], rows: &mut [(Change, Entry)]) -> Found {
    let mut found = Found::default();
    let mut accounts: Vec<String> = rows.iter().map(|(_, entry)| entry.account.clone()).collect();
    accounts.dedup();
    for account in accounts {
        let of_account = |position: &usize| rows[*position].1.account == account && rows[*position].1.is_booked();
        let booked: Vec<usize> = (0..rows.len()).filter(of_account).collect();
        found.warnings.extend(window(balances, &account, booked.iter().map(|position| &rows[*position].1)));
        let breaks = chain(&booked, rows);
        found.chain_broken |= !breaks.is_empty();
        for (position, warning) in breaks {
            rows[position].1.origin.warned(warning.code);
            found.warnings.push(warning);
        }
    }
    found
}

/// Opening and booked entries make closing.
fn window<'a>(balances: &mut [Balance], account: &str, booked: impl Iterator<Item = &'a Entry>) -> Option<Warning> {
    let of = |meaning| balances.iter().position(|one| one.account == account && one.meaning == meaning);
    let (opening, closing) = (of(BalanceKind::BookedOpening)?, of(BalanceKind::BookedClosing)?);
    let (before, after) = (&balances[opening].amount, &balances[closing].amount);
    if before.unit() != after.unit() {
        return None;
    }
    let of_unit = booked.filter(|entry| entry.amount.unit() == before.unit());
    // Beyond exact arithmetic nothing is claimed.
    let sum = of_unit.map(|entry| entry.amount.value()).try_fold(Decimal::ZERO, Decimal::checked_add)?;
    let difference = after.value().checked_sub(before.value().checked_add(sum)?)?;
    if difference.is_zero() {
        return None;
    }
    let (code, pointer) = (WarningCode::BalanceMismatch, String::new());
    let message = format!("{} + booked {sum} is not {}: the difference is {difference}", before.value(), after.value());
    balances[closing].origin.warned(code);
    Some(Warning { code, pointer, message })
}

/// Each balance after an entry follows from the one before, in whichever order the rows came.
fn chain(booked: &[usize], rows: &[(Change, Entry)]) -> Vec<(usize, Warning)> {
    let oldest_first = broken(booked.iter().copied(), rows);
    let newest_first = broken(booked.iter().rev().copied(), rows);
    let day = |position: &usize| rows[*position].1.day();
    match booked.first().map(day).cmp(&booked.last().map(day)) {
        std::cmp::Ordering::Less => oldest_first,
        std::cmp::Ordering::Greater => newest_first,
        std::cmp::Ordering::Equal if oldest_first.len() <= newest_first.len() => oldest_first,
        std::cmp::Ordering::Equal => newest_first,
    }
}

/// The rows whose balance does not follow from the one before.
fn broken(positions: impl Iterator<Item = usize>, rows: &[(Change, Entry)]) -> Vec<(usize, Warning)> {
    let mut before: Option<Decimal> = None;
    let mut breaks = Vec::new();
    for position in positions {
        let entry = &rows[position].1;
        let Some(after) = &entry.balance_after else {
            before = None;
            continue;
        };
        let due = before.and_then(|before| before.checked_add(entry.amount.value()));
        let difference = due.and_then(|due| after.value().checked_sub(due));
        if let Some(difference) = difference.filter(|difference| !difference.is_zero()) {
            let message = format!("the balance after does not follow from the one before: {difference} is missing");
            let (code, pointer) = (WarningCode::BalanceMismatch, entry.origin.pointer.clone());
            breaks.push((position, Warning { code, pointer, message }));
        }
        before = Some(after.value());
    }
    breaks
}
