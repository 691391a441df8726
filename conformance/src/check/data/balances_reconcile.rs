//! The one test that finds a lost, doubled, flipped or rescaled amount whoever made it.

use bank_fixtures::money::Amount;
use bank_fixtures::record::{BalanceKind, TransactionStatus};

use crate::check::{Area, Check, Run};
use crate::probe::{AccountReading, BankProbe, Judgement, Row, judged};
use crate::verdict::{Evidence, Finding, Verdict};

pub(super) static CHECK: Check = Check {
    slug: "balances-reconcile",
    ids: &["E8", "E10"],
    title: "entries add up to the balance",
    source: "house (double entry); docs/generic-api.md (balances)",
    advice: "Make every balance the sum of the booked entries: opening + booked = closing, step by step.",
    area: Area::Data,
    params: &[],
    run: Run::Bank(|bank| judged(run(bank))),
};

async fn run(bank: &BankProbe) -> Judgement {
    let reading = bank.reading().await?;
    let mut findings = Vec::new();
    let mut steps = 0;
    for account in &reading.accounts {
        let booked: Vec<&Row> =
            account.rows.iter().rev().filter(|row| row.record.status == TransactionStatus::Booked).collect();
        steps += booked.len();
        findings.extend(broken_chain(&booked));
        findings.extend(wrong_balance(account, &booked));
    }
    if steps == 0 {
        return Ok(Verdict::inconclusive("no account has a booked entry"));
    }
    Ok(Verdict::from_findings(findings, format!("{steps} booked entries of {} accounts", reading.accounts.len())))
}

/// Each balance after an entry is the one before it plus the entry, oldest first.
fn broken_chain(booked: &[&Row]) -> Vec<Finding> {
    let step = |pair: &[&Row]| {
        let (before, row) = (pair[0].record.balance_after?, pair[1]);
        let after = row.record.balance_after?;
        let due = sum(before, row.record.amount)?;
        (due.value() != after.value()).then(|| {
            let what = format!(
                "after {} of {} the balance is {after}; {before} + {} = {due} is due",
                row.id(),
                row.record.amount,
                row.record.amount
            );
            Finding::new(what).with(pair[0].evidence()).with(row.evidence().at("/balance_after"))
        })
    };
    booked.windows(2).filter_map(step).collect()
}

/// The booked balance is the balance after the newest entry.
fn wrong_balance(account: &AccountReading, booked: &[&Row]) -> Option<Finding> {
    let newest = booked.last()?;
    let after = newest.record.balance_after?;
    let stated = account
        .balances
        .iter()
        .find(|balance| matches!(balance.kind, BalanceKind::BookedCurrent | BalanceKind::Owed))?;
    if stated.amount.value() == after.value() && stated.amount.currency() == after.currency() {
        return None;
    }
    let id = &account.account.id;
    let what = format!("the booked balance of {id} is {}; after its newest entry it is {after}", stated.amount);
    Some(Finding::new(what).with(Evidence::from(account.balances_exchange.clone())).with(newest.evidence()))
}

fn sum(left: Amount, right: Amount) -> Option<Amount> {
    let total = left.value().checked_add(right.value())?;
    (left.currency() == right.currency()).then(|| Amount::new(total, left.currency()))
}
