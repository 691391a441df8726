//! The list of an account's entries, page by page: the procedural book and what happened on top, merged.
//!
//! Order: pending, newest first, then booked, newest first. A page costs its rows and the search for its place, however
//! long the history is. A place carries the instant and the version its first page was read at, so entries that arrive
//! later neither shift nor repeat a row.

use std::sync::Arc;

use bank_fixtures::book::Book;
use bank_fixtures::money::{Amount, Money};
use bank_fixtures::record::Transaction;
use jiff::Timestamp;
use jiff::civil::Date;

use crate::bank::activity::{AccountActivity, Activity};

/// Which entries of an account to list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct StatementFilter {
    /// Earliest booking date; pending entries have none and are shown whatever the range.
    pub from: Option<Date>,
    /// Latest booking date.
    pub to: Option<Date>,
    /// Booked, pending or both.
    pub status: StatusFilter,
}

/// Which statuses to list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StatusFilter {
    /// Both.
    All,
    /// Booked entries only.
    Booked,
    /// Pending entries only.
    Pending,
}

/// A place in a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Instant the first page was read at.
    pub as_of: Timestamp,
    /// Number of the bank's last change then.
    pub version: u64,
    /// Number of the page that starts here, from 1.
    pub page: u32,
    /// Pending entries shown before; the largest number once there are no more.
    pub pending_shown: u32,
    /// Entries of the book still to come.
    pub book_left: u64,
    /// Entries made by requests still to come.
    pub activity_left: u64,
}

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The rows.
    pub transactions: Vec<Arc<Transaction>>,
    /// Where the next page starts; `None` on the last one.
    pub next: Option<Place>,
}

/// The two sources of one account's entries.
#[derive(Clone, Copy)]
pub(crate) struct Statement<'a> {
    pub book: &'a Book,
    pub activity: &'a AccountActivity,
    pub account_id: &'a str,
}

impl<'a> Statement<'a> {
    pub(crate) fn new(book: &'a Book, activity: &'a Activity, account_id: &'a str) -> Statement<'a> {
        Statement { book, activity: activity.of(account_id), account_id }
    }

    /// The place of a list's first row.
    pub(crate) fn start(&self, filter: &StatementFilter, version: u64, now: Timestamp) -> Place {
        let entries = self.activity.entries();
        let visible = entries.partition_point(|entry| entry.at <= now);
        let (book_left, activity_left) = match (filter.status, filter.to) {
            (StatusFilter::Pending, _) => (0, 0),
            (_, None) => (self.book.booked_len(self.account_id, now), visible),
            (_, Some(to)) => {
                let booked = self.book.booked_len(self.account_id, now);
                let before = to.tomorrow().map_or(booked, |next| self.book.sequence_at(self.account_id, next));
                let earlier = entries.partition_point(|entry| entry.transaction.booking_date <= Some(to));
                (booked.min(before), visible.min(earlier))
            }
        };
        Place { as_of: now, version, page: 1, pending_shown: 0, book_left, activity_left: activity_left as u64 }
    }

    /// The page that starts at a place.
    pub(crate) fn page(&self, filter: &StatementFilter, place: Place, limit: usize) -> Page {
        let mut next = Place { page: place.page.saturating_add(1), ..place };
        let skip = filter.status == StatusFilter::Booked || place.pending_shown == ALL_SHOWN;
        let mut pending = if skip { Vec::new() } else { self.pending(&place) }.into_iter();
        let shown = pending.by_ref().skip(place.pending_shown as usize).take(limit);
        let mut rows: Vec<Arc<Transaction>> = shown.map(Arc::new).collect();
        let more_pending = pending.len() > 0;
        let shown = u32::try_from(rows.len()).unwrap_or(ALL_SHOWN);
        next.pending_shown = if more_pending { place.pending_shown.saturating_add(shown) } else { ALL_SHOWN };
        let more_booked = self.booked(filter, &mut next, limit - rows.len(), &mut rows);
        Page { transactions: rows, next: (more_pending || more_booked).then_some(next) }
    }

    /// Every entry of the account at an instant, in list order.
    pub(crate) fn whole(&self, version: u64, now: Timestamp) -> Vec<Arc<Transaction>> {
        let filter = StatementFilter { from: None, to: None, status: StatusFilter::All };
        self.page(&filter, self.start(&filter, version, now), usize::MAX).transactions
    }

    /// Booked balance at an instant.
    pub(crate) fn balance(&self, now: Timestamp) -> Option<Money> {
        let visible = self.activity.entries().partition_point(|entry| entry.at <= now);
        let book = self.book.balance(self.account_id, now)?;
        Money::from_minor(book.minor() + self.activity.sum_of(visible), book.currency()).ok()
    }

    /// What can be spent at an instant: what is booked, less what is set aside, plus the credit line.
    pub(crate) fn available(&self, now: Timestamp) -> Option<Money> {
        self.available_less(self.activity.held(), now)
    }

    /// What could be spent at an earlier instant, when a version was the last.
    pub(crate) fn available_in(&self, version: u64, then: Timestamp) -> Option<Money> {
        self.available_less(self.activity.held_at(version), then)
    }

    /// `held`, in minor units, is what orders have set aside; holds of the book are added: never positive, for announced money is not
    /// there yet.
    fn available_less(&self, held: i128, at: Timestamp) -> Option<Money> {
        let booked = self.balance(at)?;
        let line = self.book.credit_limit(self.account_id).map_or(0, |limit| limit.minor());
        let minor = |entry: &Transaction| entry.amount.minor().filter(|minor| *minor < 0).unwrap_or(0);
        let of_book: i128 = self.book.pending(self.account_id, at).iter().map(minor).sum();
        Money::from_minor(booked.minor() + of_book + held + line, booked.currency()).ok()
    }

    /// Pending entries as of a place, newest first.
    fn pending(&self, place: &Place) -> Vec<Transaction> {
        let mut pending = self.book.pending(self.account_id, place.as_of);
        pending.extend(self.activity.holds_at(place.version).cloned());
        pending.sort_by(|a, b| {
            let key = |entry: &Transaction| entry.transaction_at.map(|instant| instant.at);
            key(b).cmp(&key(a)).then_with(|| b.id.cmp(&a.id))
        });
        pending
    }

    /// Adds at most `limit` booked rows, moves the place behind them, and says whether there are more.
    fn booked(
        &self,
        filter: &StatementFilter,
        place: &mut Place,
        limit: usize,
        rows: &mut Vec<Arc<Transaction>>,
    ) -> bool {
        let entries = self.activity.entries();
        let mut left = usize::try_from(place.activity_left).unwrap_or(usize::MAX).min(entries.len());
        let (book_floor, floor) = match filter.from {
            None => (0, 0),
            Some(from) => (
                self.book.sequence_at(self.account_id, from),
                entries.partition_point(|entry| entry.transaction.booking_date < Some(from)),
            ),
        };
        // One entry more than may be shown: an entry made by a request needs the book's balance before it.
        let lowest = place.book_left.saturating_sub(limit as u64).max(book_floor.min(place.book_left));
        let first = lowest.saturating_sub(1);
        let mut chunk = if limit == 0 || (place.book_left <= book_floor && left <= floor) {
            Vec::new()
        } else {
            self.book.booked_page(self.account_id, first..place.book_left)
        };
        for _ in 0..limit {
            let book_next = chunk.last().filter(|_| place.book_left > book_floor);
            let own_next = left.checked_sub(1).filter(|_| left > floor).map(|last| &entries[last]);
            // At the same instant the entry of the book is the older one.
            match (book_next, own_next) {
                (Some(book), own) if own.is_none_or(|own| booked_at(book) > Some(own.at)) => {
                    let mut row = chunk.pop().expect("the last entry was just looked at");
                    let own = self.activity.sum_of(left);
                    if own != 0 {
                        let row = Arc::make_mut(&mut row);
                        row.balance_after = row.balance_after.map(|after| plus(after, own));
                    }
                    rows.push(row);
                    place.book_left -= 1;
                }
                (_, Some(own)) => {
                    let before = match chunk.last() {
                        Some(entry) => entry.balance_after,
                        None => self.book.opening(self.account_id).map(Amount::from),
                    };
                    let balance_after = before.map(|before| plus(before, own.sum));
                    rows.push(Arc::new(Transaction { balance_after, ..own.transaction.clone() }));
                    left -= 1;
                }
                (_, None) => break,
            }
        }
        place.activity_left = left as u64;
        place.book_left > book_floor || left > floor
    }
}

/// Saves looking for pending entries on every page of a long list.
const ALL_SHOWN: u32 = u32::MAX;

fn booked_at(entry: &Transaction) -> Option<Timestamp> {
    entry.booking_at.map(|instant| instant.at)
}

/// An amount of the ledger plus minor units.
fn plus(amount: Amount, minor: i128) -> Amount {
    if minor == 0 {
        return amount;
    }
    let sum = amount.money().and_then(|money| Money::from_minor(money.minor() + minor, money.currency()));
    sum.map_or(amount, Amount::from)
}
