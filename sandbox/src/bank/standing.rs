//! Accounts that are no longer what the book says: closed, blocked or opened again while the world runs.

use std::borrow::Cow;
use std::collections::HashMap;

use bank_fixtures::record::{Account, AccountStatus};
use jiff::Timestamp;
use parking_lot::RwLock;

/// The changed standing of accounts, by id: what each became and when, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Standings(RwLock<HashMap<String, Vec<(Timestamp, AccountStatus)>>>);

impl Standings {
    /// What an account is now.
    pub(crate) fn of(&self, account: &Account) -> AccountStatus {
        self.of_at(account, Timestamp::MAX)
    }

    /// The account as it stands.
    pub(crate) fn shown<'a>(&self, account: &'a Account) -> Cow<'a, Account> {
        self.shown_at(account, Timestamp::MAX)
    }

    /// The account as it stood at an instant.
    pub(crate) fn shown_at<'a>(&self, account: &'a Account, at: Timestamp) -> Cow<'a, Account> {
        let status = self.of_at(account, at);
        if status == account.status {
            Cow::Borrowed(account)
        } else {
            Cow::Owned(Account { status, ..account.clone() })
        }
    }

    pub(crate) fn set(&self, account_id: &str, status: AccountStatus, at: Timestamp) {
        self.0.write().entry(account_id.to_owned()).or_default().push((at, status));
    }

    fn of_at(&self, account: &Account, at: Timestamp) -> AccountStatus {
        let changed = self.0.read();
        let past = changed.get(&account.id).map_or(&[][..], |past| past);
        past.iter().rev().find(|(since, _)| *since <= at).map_or(account.status, |(_, status)| *status)
    }
}

impl Clone for Standings {
    fn clone(&self) -> Standings {
        Standings(RwLock::new(self.0.read().clone()))
    }
}
