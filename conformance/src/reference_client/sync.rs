//! Reads everything a consent allows.
//!
//! Owns the order of calls and what a failure of one costs: the accounts next to it stay complete, and an account whose
//! list could not be read to its end contributes no entries at all, because half a history reads like a whole one.

use std::collections::HashMap;

use bank_fixtures::error_class::ErrorClass;
use rust_decimal::Decimal;
use serde_json::Value;

use super::bank::Bank;
use super::failure::{Failure, Kind};
use super::lapse::Lapse;
use super::mapping::Mapping;
use super::output::{Output, Transaction};
use super::policy::{Pending, Policy};
use super::settings::Settings;
use super::vault;

/// Accounts, balances and transactions.
pub(crate) async fn sync(bank: &mut Bank<'_>, settings: &Settings) -> Output {
    let policy = bank.policy().clone();
    let mapping = Mapping::new(&policy);
    let mut output = Output::empty();
    if let Err(failure) = bank.standing().read_unattended(&policy) {
        output.failed("this run", None, &failure);
        return output;
    }
    match bank.list(&["accounts"]).await {
        Err(failure) => unread("accounts", None, &failure, &policy, &mut output),
        Ok(rows) => {
            for row in rows {
                match mapping.account(&row) {
                    Ok(account) => output.accounts.push(account),
                    Err(reason) => output.failed("an account", None, &Failure::broken(None, reason)),
                }
            }
        }
    }
    let accounts: Vec<String> = output.accounts.iter().map(|account| account.account_id.clone()).collect();
    for account in &accounts {
        balances(bank, &mapping, &policy, account, &mut output).await;
        transactions(bank, &mapping, &policy, account, &mut output).await;
        if !output.errors.is_empty() && policy.has(Lapse::StopsAtFirstFailure) {
            break;
        }
    }
    if policy.has(Lapse::RemembersPending) {
        remember_pending(settings, &mut output);
    }
    if policy.has(Lapse::KeepsOldBalances) {
        keep_balances(settings, &mut output);
    }
    output
}

async fn balances(bank: &mut Bank<'_>, mapping: &Mapping<'_>, policy: &Policy, account: &str, output: &mut Output) {
    match bank.list(&["accounts", account, "balances"]).await {
        Err(failure) => unread("balances", Some(account), &failure, policy, output),
        Ok(rows) => {
            for row in &rows {
                match mapping.balance(account, row) {
                    Ok(balance) => output.balances.push(balance),
                    Err(reason) => output.failed("a balance", Some(account), &Failure::broken(None, reason)),
                }
            }
        }
    }
}

async fn transactions(bank: &mut Bank<'_>, mapping: &Mapping<'_>, policy: &Policy, account: &str, output: &mut Output) {
    let kept = |entry: &Transaction| policy.pending == Pending::Kept || entry.status != "pending";
    match bank.list(&["accounts", account, "transactions"]).await {
        Err(failure) => unread("transactions", Some(account), &failure, policy, output),
        Ok(rows) => {
            for (index, row) in rows.iter().enumerate() {
                match mapping.transaction(account, index, row) {
                    Ok(entry) if kept(&entry) => output.transactions.push(entry),
                    Ok(_) => {}
                    Err(reason) => {
                        output.failed("a transaction", Some(account), &Failure::broken(None, reason));
                        if policy.has(Lapse::BadRowLosesPage) {
                            output.transactions.retain(|entry| entry.account_id != account);
                            break;
                        }
                    }
                }
            }
            if !policy.has(Lapse::NeverReconciles) && !adds_up(&rows) {
                let gap = "the entries do not lead from one balance to the next";
                output.failed("transactions", Some(account), &Failure::broken(None, gap));
            }
        }
    }
}

/// What could not be read is an error, or, for the careless client, an empty list.
fn unread(what: &str, account: Option<&str>, failure: &Failure, policy: &Policy, output: &mut Output) {
    let unavailable = failure.kind == Kind::Refused && failure.class == ErrorClass::ProviderUnavailable;
    if !(policy.has(Lapse::FailedIsEmpty) && unavailable) {
        output.failed(what, account, failure);
    }
}

/// Whether every booked entry but the oldest starts from a balance another one left behind. Rows without a balance say
/// nothing, in whatever order they come.
fn adds_up(rows: &[Value]) -> bool {
    let decimal = |row: &Value, pointer: &str| row.pointer(pointer)?.as_str()?.parse::<Decimal>().ok();
    let booked = |row: &&Value| row.get("status").and_then(Value::as_str) == Some("booked");
    let mut left: HashMap<Decimal, i64> = HashMap::new();
    let mut taken: Vec<Decimal> = Vec::new();
    for row in rows.iter().filter(booked) {
        let (Some(after), Some(amount)) = (decimal(row, "/balance_after/value"), decimal(row, "/amount/value")) else {
            return true;
        };
        *left.entry(after.normalize()).or_default() += 1;
        taken.push((after - amount).normalize());
    }
    let mut orphans = 0;
    for before in taken {
        match left.get_mut(&before).filter(|count| **count > 0) {
            Some(count) => *count -= 1,
            None => orphans += 1,
        }
    }
    orphans <= 1
}

/// For the client that never learns what became of a pending entry: those of earlier runs are handed over again.
fn remember_pending(settings: &Settings, output: &mut Output) {
    let file = settings.work_dir.join("pending.json");
    let earlier: Vec<(String, String, String, String)> = vault::read(&file).unwrap_or_default();
    let pending = output.transactions.iter().filter(|entry| entry.status == "pending");
    let now: Vec<(String, String, String, String)> = pending
        .map(|entry| {
            let money = &entry.amount;
            (entry.account_id.clone(), entry.transaction_id.clone(), money.amount.clone(), money.currency.clone())
        })
        .collect();
    for (account, id, amount, currency) in earlier {
        if !now.iter().any(|entry| entry.1 == id) {
            output.transactions.push(Transaction::pending(account, format!("{id}/pending"), amount, currency));
        }
    }
    // A careless client does not care whether this worked.
    let _ = vault::write(&file, &now);
}

/// For the client that reads balances once: those of its first run are handed over for ever.
fn keep_balances(settings: &Settings, output: &mut Output) {
    let file = settings.work_dir.join("balances.json");
    let Some(first) = vault::read::<Vec<(String, String, String)>>(&file) else {
        let now: Vec<(&str, &str, &str)> = output
            .balances
            .iter()
            .map(|balance| (balance.account_id.as_str(), balance.kind, balance.amount.amount.as_str()))
            .collect();
        // A careless client does not care whether this worked.
        let _ = vault::write(&file, &now);
        return;
    };
    for balance in &mut output.balances {
        let old = first.iter().find(|old| old.0 == balance.account_id && old.1 == balance.kind);
        if let Some((_, _, amount)) = old {
            balance.amount.amount.clone_from(amount);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_hidden_entry_leaves_a_gap_between_balances() {
        let row = |amount: &str, after: &str| json!({"status": "booked", "amount": {"value": amount}, "balance_after": {"value": after}});
        let rows = [row("-1.00", "8.00"), row("-1.00", "9.00"), row("10.00", "10.00")];
        assert!(adds_up(&rows));
        assert!(adds_up(&[rows[2].clone(), rows[0].clone(), rows[1].clone()]), "in any order");
        assert!(!adds_up(&[rows[0].clone(), rows[2].clone()]));
        assert!(adds_up(&[json!({"status": "booked", "amount": {"value": "1.00"}})]), "nothing to add up");
    }
}
