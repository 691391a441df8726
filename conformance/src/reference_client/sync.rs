//! Reads everything a consent allows.
//!
//! Owns the order of calls and what a failure of one costs: the accounts next to it stay complete, and an account whose
//! list could not be read to its end contributes no entries at all, because half a history reads like a whole one.

use super::bank::Bank;
use super::failure::Failure;
use super::mapping::Mapping;
use super::output::{Output, Transaction};
use super::policy::{Pending, Policy};

/// Accounts, balances and transactions.
pub(crate) async fn sync(bank: &mut Bank<'_>) -> Output {
    let policy = bank.policy().clone();
    let mapping = Mapping::new(&policy);
    let mut output = Output::empty();
    match bank.list(&["accounts"]).await {
        Err(failure) => output.failed("accounts", None, &failure),
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
        balances(bank, &mapping, account, &mut output).await;
        transactions(bank, &mapping, &policy, account, &mut output).await;
    }
    output
}

async fn balances(bank: &mut Bank<'_>, mapping: &Mapping<'_>, account: &str, output: &mut Output) {
    match bank.list(&["accounts", account, "balances"]).await {
        Err(failure) => output.failed("balances", Some(account), &failure),
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
        Err(failure) => output.failed("transactions", Some(account), &failure),
        Ok(rows) => {
            for (index, row) in rows.iter().enumerate() {
                match mapping.transaction(account, index, row) {
                    Ok(entry) if kept(&entry) => output.transactions.push(entry),
                    Ok(_) => {}
                    Err(reason) => output.failed("a transaction", Some(account), &Failure::broken(None, reason)),
                }
            }
        }
    }
}
