//! What is known after several reads: one record per thing that happened, however often and under whatever id it came.
//!
//! Owns de-duplication, versions, and what becomes of pending entries that are gone. Records stay: what is superseded,
//! void or reversed is linked, not dropped. Knows no standard and no document.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;

use super::document::Reading;
use super::model::{Account, Balance, Consent, Customer, Effective, Entry, Link, Money, Payment, Problem, Quality};
use super::profile::Profile;
use super::standard::Change;
use super::{Warning, WarningCode, identity, pending, reconcile, reversal};
use bank_fixtures::record::TransactionStatus;

/// Everything known of one institution.
#[derive(Debug, Clone, Default)]
pub struct History {
    /// Holders.
    pub customers: Vec<Customer>,
    /// Accounts, each with its stable id.
    pub accounts: Vec<KnownAccount>,
    /// Balances of the last read that had any, by account and meaning.
    pub balances: Vec<Balance>,
    /// Entries, in the order of their first sighting.
    pub entries: Vec<Known>,
    /// Payments.
    pub payments: Vec<Payment>,
    /// Consents.
    pub consents: Vec<Consent>,
    /// What could not be read or done.
    pub problems: Vec<Problem>,
    /// Deviations.
    pub warnings: Vec<Warning>,
    /// Where the last list goes on.
    pub next: Option<String>,
    /// Whether a row is known to be missing.
    pub incomplete: bool,
    institution: String,
    pending_days: u16,
    /// Positions of entries by their keys.
    by_key: HashMap<String, Vec<usize>>,
    /// Positions of entries by account and the bank's id.
    by_provider_id: HashMap<(String, String), Vec<usize>>,
}

/// An account and its stable id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownAccount {
    /// Stable id.
    pub id: String,
    /// What it was derived from.
    pub basis: identity::Basis,
    /// The account.
    pub account: Account,
}

/// An entry and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// Stable id: the key of the first sighting.
    pub id: String,
    /// The entry as last seen.
    pub entry: Entry,
    /// What it counts for.
    pub effective: Effective,
    /// How much of it was given back, if not all.
    pub reversed: Option<Money>,
    /// Relations to other entries.
    pub links: Vec<Link>,
    /// The booked entry that took its place.
    pub superseded_by: Option<Link>,
    /// When a posted entry was seen to have changed.
    pub changed_at: Option<Timestamp>,
    /// Stable id of its account.
    pub(super) account_id: String,
    /// Whether the read under way has it.
    pub(super) seen: bool,
    absences: u8,
}

/// A read: the pages of one list, or single documents.
#[derive(Debug)]
pub struct Read {
    /// The pages.
    pub pages: Vec<Reading>,
    /// Whether everything that is pending would be in it, and of which account (`None`: of all).
    pub complete: Option<Option<String>>,
    /// When.
    pub at: Timestamp,
}

impl History {
    /// Nothing known yet.
    pub fn new(profile: &Profile) -> History {
        History { institution: profile.institution.clone(), pending_days: profile.pending_days, ..History::default() }
    }

    /// The accounts as the next read needs them.
    pub fn known_accounts(&self) -> Vec<Account> {
        self.accounts.iter().map(|known| known.account.clone()).collect()
    }

    /// Takes in a read. Taking it in twice changes nothing.
    pub fn take(&mut self, read: Read) {
        self.entries.iter_mut().for_each(|known| known.seen = false);
        let mut rows: Vec<(Change, Entry)> = Vec::new();
        let mut removed = Vec::new();
        for mut page in read.pages {
            page.accounts.drain(..).for_each(|account| self.account(account));
            page.balances.drain(..).for_each(|balance| self.balance(balance));
            page.customers.drain(..).for_each(|customer| latest(&mut self.customers, customer, Customer::is_again));
            page.payments.drain(..).for_each(|payment| self.payment(payment));
            page.consents.drain(..).for_each(|consent| latest(&mut self.consents, consent, Consent::is_again));
            for problem in page.problems {
                if !self.problems.contains(&problem) {
                    self.problems.push(problem);
                }
            }
            self.warnings.append(&mut page.warnings);
            self.next = page.next;
            rows.append(&mut page.entries);
            removed.append(&mut page.removed);
        }
        let found = reconcile::read(&mut self.balances, &mut rows);
        self.incomplete |= found.chain_broken;
        self.warnings.extend(found.warnings);
        self.rows(rows, read.at);
        let removed: HashSet<String> = removed.into_iter().collect();
        if !removed.is_empty() {
            let gone = |known: &&mut Known| known.entry.provider_id.as_ref().is_some_and(|id| removed.contains(id));
            for known in self.entries.iter_mut().filter(gone) {
                known.entry.status = TransactionStatus::Void;
                known.effective = Effective::AsStated(TransactionStatus::Void);
            }
        }
        pending::link(&mut self.entries, self.pending_days, read.complete.is_some());
        if let Some(account) = read.complete {
            let account = account.map(|account| self.account_id(&account));
            self.absences(account.as_deref(), read.at);
        }
        reversal::link(&mut self.entries);
    }

    fn account(&mut self, mut account: Account) {
        let (id, basis) = identity::account_id(&self.institution, &account);
        match self.accounts.iter_mut().find(|known| known.id == id) {
            None => self.accounts.push(KnownAccount { id, basis, account }),
            Some(known) => {
                account.aliases = std::mem::take(&mut known.account.aliases);
                let before = &known.account.provider_id;
                if *before != account.provider_id && !account.aliases.contains(before) {
                    account.aliases.push(before.clone());
                }
                account.aliases.retain(|alias| *alias != account.provider_id);
                known.account = account;
            }
        }
    }

    /// The stable id of the account the bank calls this.
    pub fn account_id(&self, provider_id: &str) -> String {
        let is_it = |known: &&KnownAccount| {
            known.account.provider_id == provider_id || known.account.aliases.iter().any(|alias| alias == provider_id)
        };
        let known = self.accounts.iter().find(is_it);
        known.map_or_else(|| identity::unknown_account_id(&self.institution, provider_id), |known| known.id.clone())
    }

    fn balance(&mut self, balance: Balance) {
        let same = |other: &&mut Balance| {
            other.account == balance.account
                && other.source_type == balance.source_type
                && other.amount.unit() == balance.amount.unit()
                && other.reference_date == balance.reference_date
        };
        match self.balances.iter_mut().find(same) {
            Some(other) => *other = balance,
            None => self.balances.push(balance),
        }
    }

    fn payment(&mut self, mut payment: Payment) {
        let same = |other: &&mut Payment| other.provider_id.is_some() && other.provider_id == payment.provider_id;
        match self.payments.iter_mut().find(same) {
            None => self.payments.push(payment),
            Some(other) => {
                if payment.history.is_empty() {
                    payment.history = std::mem::take(&mut other.history);
                    if other.status != payment.status {
                        payment.history.push(other.status);
                    }
                }
                *other = payment;
            }
        }
    }

    fn rows(&mut self, rows: Vec<(Change, Entry)>, at: Timestamp) {
        let doubtful = self.doubtful_ids(&rows);
        let mut ordinals: HashMap<Vec<String>, usize> = HashMap::new();
        let mut came: HashSet<(String, String, Vec<String>)> = HashSet::new();
        for (change, mut entry) in rows {
            let account_id = self.account_id(&entry.account);
            let looks = identity::looks(&account_id, &entry);
            if let Some(id) = &entry.provider_id {
                let is_doubtful = doubtful.contains(&(account_id.clone(), id.clone()));
                if !came.insert((account_id.clone(), id.clone(), looks.clone())) && entry.quality != Quality::Absent {
                    // The same row on two pages is one row.
                    continue;
                }
                if is_doubtful {
                    entry.origin.warned(WarningCode::DupProviderId);
                    entry.quality = Quality::Absent;
                }
            }
            let count = ordinals.entry(looks.clone()).or_default();
            let fingerprint = identity::fingerprint(&looks, *count);
            *count += 1;
            self.row(change, entry, account_id, fingerprint, at);
        }
    }

    /// Ids that stand for different things, in this read or against an earlier one; each is warned of.
    fn doubtful_ids(&mut self, rows: &[(Change, Entry)]) -> HashSet<(String, String)> {
        let mut first: HashMap<(String, String), &Entry> = HashMap::new();
        let mut doubtful = HashSet::new();
        for (change, entry) in rows {
            let Some(id) = entry.provider_id.clone().filter(|_| entry.quality != Quality::Absent) else { continue };
            let key = (self.account_id(&entry.account), id);
            let mut earlier = self.by_provider_id.get(&key).into_iter().flatten().map(|index| &self.entries[*index]);
            let earlier = earlier.find(|known| known.entry.is_booked());
            let trusted = matches!(entry.quality, Quality::Immutable | Quality::StableWhenBooked);
            let against_earlier = earlier.is_some_and(|known| {
                *change == Change::Listed && trusted && entry.is_booked() && differ(&known.entry, entry)
            });
            let within = first.get(&key).is_some_and(|other| differ(other, entry) && other.status == entry.status);
            if (within || against_earlier) && doubtful.insert(key.clone()) {
                let message = format!("`{}` stands for two different entries", key.1);
                let pointer = entry.origin.pointer.clone();
                self.warnings.push(Warning { code: WarningCode::DupProviderId, pointer, message });
            }
            first.entry(key).or_insert(entry);
        }
        doubtful
    }

    fn row(&mut self, change: Change, entry: Entry, account_id: String, fingerprint: String, at: Timestamp) {
        let id_key = identity::id_key(&account_id, &entry);
        let by_id = id_key.as_ref().and_then(|key| self.position(key));
        let by_change = (change == Change::Modified).then(|| self.of_provider_id(&account_id, &entry)).flatten();
        let by_looks = self.position(&fingerprint).filter(|index| {
            let known = &self.entries[*index].entry;
            let trusted = |quality| matches!(quality, Quality::Immutable | Quality::StableWhenBooked);
            let both_trusted = trusted(known.quality) && trusted(entry.quality);
            !both_trusted || known.provider_id == entry.provider_id
        });
        let provider_id = entry.provider_id.clone();
        let keys: Vec<String> = id_key.into_iter().chain([fingerprint]).collect();
        let index = match by_id.or(by_change).or(by_looks) {
            Some(index) => {
                self.entries[index].again(entry, at);
                index
            }
            None => {
                let id = keys[0].clone();
                self.entries.push(Known::new(id, account_id.clone(), entry));
                self.entries.len() - 1
            }
        };
        if let Some(id) = provider_id {
            remember(self.by_provider_id.entry((account_id, id)).or_default(), index);
        }
        for key in keys {
            remember(self.by_key.entry(key).or_default(), index);
        }
    }

    fn position(&self, key: &str) -> Option<usize> {
        self.by_key.get(key)?.iter().copied().find(|index| !self.entries[*index].seen)
    }

    fn of_provider_id(&self, account_id: &str, entry: &Entry) -> Option<usize> {
        let key = (account_id.to_owned(), entry.provider_id.clone()?);
        self.by_provider_id.get(&key)?.first().copied()
    }

    /// A pending entry that two complete reads in a row do not have is void, and an old one at once.
    fn absences(&mut self, account: Option<&str>, at: Timestamp) {
        let days = i32::from(self.pending_days);
        let today = at.to_zoned(jiff::tz::TimeZone::UTC).date();
        let about = |known: &&mut Known| account.is_none_or(|account| known.account_id == account);
        for known in self.entries.iter_mut().filter(about) {
            if known.seen {
                known.absences = 0;
                continue;
            }
            if !known.entry.is_pending() || known.superseded_by.is_some() {
                continue;
            }
            known.absences = known.absences.saturating_add(1);
            let age = known.entry.day().and_then(|day| today.since(day).ok()).map_or(0, |span| span.get_days());
            if known.absences >= 2 || age > days {
                known.entry.status = TransactionStatus::Void;
                known.effective = Effective::AsStated(TransactionStatus::Void);
            }
        }
    }
}

impl Known {
    /// An entry of which nothing else is known.
    pub(super) fn alone(entry: Entry) -> Known {
        Known::new(String::new(), String::new(), entry)
    }

    fn new(id: String, account_id: String, entry: Entry) -> Known {
        Known {
            effective: Effective::AsStated(entry.status),
            reversed: None,
            links: Vec::new(),
            superseded_by: None,
            changed_at: None,
            seen: true,
            absences: 0,
            id,
            account_id,
            entry,
        }
    }

    /// The same entry once more: another id becomes an alias, other content a new version.
    fn again(&mut self, mut entry: Entry, at: Timestamp) {
        self.seen = true;
        self.absences = 0;
        if entry.origin.raw == self.entry.origin.raw && entry.account == self.entry.account {
            return;
        }
        entry.aliases = std::mem::take(&mut self.entry.aliases);
        let first = self.entry.provider_id.clone();
        if let (Some(first), Some(later)) = (first, entry.provider_id.clone())
            && first != later
        {
            // The first id stays the name it is known by; later ones are aliases.
            if !entry.aliases.contains(&later) {
                entry.aliases.push(later);
            }
            entry.provider_id = Some(first);
        }
        if differ(&self.entry, &entry) && self.entry.is_booked() {
            self.changed_at = Some(at);
        }
        if self.superseded_by.is_none() {
            self.effective = Effective::AsStated(entry.status);
        }
        entry.nature = if self.links.is_empty() { entry.nature } else { self.entry.nature };
        self.entry = entry;
    }
}

/// Whether two sightings cannot be the same booking: amount, direction or day.
fn differ(one: &Entry, other: &Entry) -> bool {
    one.amount != other.amount || one.direction != other.direction || one.day() != other.day()
}

fn remember(positions: &mut Vec<usize>, index: usize) {
    if !positions.contains(&index) {
        positions.push(index);
    }
}

/// Puts a record in the place of an earlier one of the same thing, or at the end.
fn latest<T>(all: &mut Vec<T>, record: T, is_again: impl Fn(&T, &T) -> bool) {
    match all.iter_mut().find(|known| is_again(&record, known)) {
        Some(known) => *known = record,
        None => all.push(record),
    }
}
