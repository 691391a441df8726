//! Accounts that are no longer what the book says: closed, blocked or opened again while the world runs.

use std::borrow::Cow;
use std::collections::HashMap;

use bank_fixtures::record::{Account, AccountStatus};
use parking_lot::RwLock;

/// The changed standing of accounts, by id.
#[derive(Debug, Default)]
pub(crate) struct Standings(RwLock<HashMap<String, AccountStatus>>);

impl Standings {
    /// What an account is now.
    pub(crate) fn of(&self, account: &Account) -> AccountStatus {
        self.0.read().get(&account.id).copied().unwrap_or(account.status)
    }

    /// The account as it stands.
    pub(crate) fn shown<'a>(&self, account: &'a Account) -> Cow<'a, Account> {
        let status = self.of(account);
        if status == account.status {
            Cow::Borrowed(account)
        } else {
            Cow::Owned(Account { status, ..account.clone() })
        }
    }

    pub(crate) fn set(&self, account_id: &str, status: AccountStatus) {
        self.0.write().insert(account_id.to_owned(), status);
    }
}

impl Clone for Standings {
    fn clone(&self) -> Standings {
        Standings(RwLock::new(self.0.read().clone()))
    }
}
