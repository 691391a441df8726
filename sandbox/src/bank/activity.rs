//! What happened on the accounts since the world began, on top of the procedural book.
//!
//! Owns entries and holds made by requests, and their running sums. Entries are only ever added at the end and never
//! change; every change takes a new version number, so that a list can be read on as it was when its first page was read.

use std::collections::HashMap;

use bank_fixtures::record::Transaction;
use jiff::Timestamp;

/// Activity of every account; accounts on which nothing happened take no room.
#[derive(Debug, Clone, Default)]
pub(crate) struct Activity {
    accounts: HashMap<String, AccountActivity>,
    /// When each change was made, from the first on: its place is its version, less one.
    changes: Vec<Timestamp>,
}

/// Activity of one account.
#[derive(Debug, Clone, Default)]
pub(crate) struct AccountActivity {
    /// Oldest first.
    entries: Vec<Entry>,
    /// In the order they were made.
    holds: Vec<Hold>,
    /// Sum of the holds that show now, in minor units.
    held: i128,
    /// So many holds, from the first on, are released for good ...
    released: usize,
    /// ... the last of them in this version, so that lists of later versions need not look at them.
    released_in: u64,
}

/// A booked entry.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    /// The record; `balance_after` is filled when it is read.
    pub transaction: Transaction,
    /// Instant it was booked.
    pub at: Timestamp,
    /// Sum of this and all earlier entries of the account, in minor units.
    pub sum: i128,
}

/// Money set aside until a payment is booked.
#[derive(Debug, Clone)]
struct Hold {
    transaction: Transaction,
    minor: i128,
    /// Versions in which it shows.
    from: u64,
    until: Option<u64>,
}

/// Names a hold of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct HoldId(usize);

impl Activity {
    /// Number of the last change.
    pub(crate) fn version(&self) -> u64 {
        self.changes.len() as u64
    }

    /// Number of the last change made up to an instant.
    pub(crate) fn version_at(&self, at: Timestamp) -> u64 {
        self.changes.partition_point(|change| *change <= at) as u64
    }

    /// Counts a change; changes are made in the order of their times.
    fn change(&mut self, at: Timestamp) -> u64 {
        debug_assert!(self.changes.last().is_none_or(|last| *last <= at), "a world's time never goes backwards");
        self.changes.push(at);
        self.version()
    }

    /// What happened on an account.
    pub(crate) fn of(&self, account: &str) -> &AccountActivity {
        static NOTHING: AccountActivity =
            AccountActivity { entries: Vec::new(), holds: Vec::new(), held: 0, released: 0, released_in: 0 };
        self.accounts.get(account).unwrap_or(&NOTHING)
    }

    /// Books an entry. `at` is never before the account's last entry.
    pub(crate) fn book(&mut self, transaction: Transaction, minor: i128, at: Timestamp) {
        self.change(at);
        let account = self.accounts.entry(transaction.account_id.clone()).or_default();
        let last = account.entries.last();
        let sum = last.map_or(0, |last| last.sum) + minor;
        account.entries.push(Entry { transaction, at, sum });
    }

    /// Sets money aside.
    pub(crate) fn hold(&mut self, transaction: Transaction, minor: i128, at: Timestamp) -> HoldId {
        let from = self.change(at);
        let account = self.accounts.entry(transaction.account_id.clone()).or_default();
        account.holds.push(Hold { transaction, minor, from, until: None });
        account.held += minor;
        HoldId(account.holds.len() - 1)
    }

    /// Gives money free that was set aside.
    pub(crate) fn release(&mut self, account: &str, hold: HoldId, at: Timestamp) {
        let until = self.change(at);
        let Some(account) = self.accounts.get_mut(account) else { return };
        if let Some(hold) = account.holds.get_mut(hold.0).filter(|hold| hold.until.is_none()) {
            hold.until = Some(until);
            account.held -= hold.minor;
        }
        while let Some(until) = account.holds.get(account.released).and_then(|hold| hold.until) {
            account.released += 1;
            account.released_in = account.released_in.max(until);
        }
    }
}

impl AccountActivity {
    /// Booked entries, oldest first.
    pub(crate) fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Sum of the first `count` entries, in minor units.
    pub(crate) fn sum_of(&self, count: usize) -> i128 {
        count.checked_sub(1).and_then(|last| self.entries.get(last)).map_or(0, |entry| entry.sum)
    }

    /// The holds that showed in a version, in the order they were made.
    pub(crate) fn holds_at(&self, version: u64) -> impl Iterator<Item = &Transaction> {
        self.showing_at(version).map(|hold| &hold.transaction)
    }

    /// What was set aside in a version, in minor units.
    pub(crate) fn held_at(&self, version: u64) -> i128 {
        self.showing_at(version).map(|hold| hold.minor).sum()
    }

    fn showing_at(&self, version: u64) -> impl Iterator<Item = &Hold> {
        let showed = move |hold: &&Hold| hold.from <= version && hold.until.is_none_or(|until| version < until);
        let first = if version >= self.released_in { self.released } else { 0 };
        self.holds[first..].iter().filter(showed)
    }

    /// What is set aside now, in minor units; negative, as the holds are.
    pub(crate) fn held(&self) -> i128 {
        self.held
    }
}
