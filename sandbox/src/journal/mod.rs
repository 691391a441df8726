//! The record of every exchange of one world.
//!
//! Owns a bounded ring of entries with exact counters, reading it filtered, and waiting for the next entry or for
//! silence. The published form is [`v1`]; what is secret never leaves in it. Knows no bank and decides nothing.

mod entry;
mod filter;
mod har;
mod packed;
mod redact;
mod sensitive;
mod v1;

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::Notify;

pub(crate) use entry::{Answered, Did, Ending, Entry, Told};
pub(crate) use filter::Filter;
pub(crate) use har::har;
pub(crate) use packed::Packed;
pub(crate) use redact::{Secrets, fingerprint, header, member};
pub(crate) use v1::line;

use crate::clock;
use crate::operation::Operation;

/// Most entries kept.
pub(crate) const ENTRIES_LIMIT: usize = 20_000;
/// Most bytes kept, bodies and headers counted.
pub(crate) const BYTES_LIMIT: usize = 64 * 1024 * 1024;

/// The journal of one world.
#[derive(Debug, Default)]
pub(crate) struct Journal {
    ring: Mutex<Ring>,
    /// Something was closed, or the journal is over.
    closed: Notify,
    /// Its world has given its place to another, or is gone: nobody need wait for more.
    over: AtomicBool,
}

#[derive(Debug, Default)]
struct Ring {
    /// Sequence number of the last exchange opened; the first is 1.
    last: u64,
    /// Sequence number of the first slot kept, minus 1.
    dropped: u64,
    slots: VecDeque<Option<Arc<Entry>>>,
    /// Sequence numbers in the order in which exchanges ended ...
    endings: VecDeque<u64>,
    /// ... and how many of them are no longer kept.
    endings_dropped: u64,
    open: usize,
    bytes: usize,
    counters: BTreeMap<(Operation, u16), u64>,
}

/// Totals since the world began, whether or not the entries are still kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Counters {
    /// Exchanges begun.
    pub(crate) total: u64,
    /// Exchanges not ended yet.
    pub(crate) open: usize,
    /// Entries no longer kept.
    pub(crate) evicted: u64,
    /// Ended exchanges by operation and status; 0 where no answer was made.
    pub(crate) ended: Vec<(Operation, u16, u64)>,
}

/// Entries in the order in which they ended.
#[derive(Debug)]
pub(crate) struct Endings {
    /// How many have ended up to here, whether or not they match.
    pub(crate) passed: u64,
    /// How many on the way were no longer kept.
    pub(crate) missed: u64,
    /// How many had ended with it, its sequence number, and the entry.
    pub(crate) entries: Vec<(u64, u64, Arc<Entry>)>,
}

impl Journal {
    /// An exchange begins; returns its sequence number, from 1.
    pub(crate) fn open(&self) -> u64 {
        let mut ring = self.ring.lock();
        ring.last += 1;
        ring.open += 1;
        ring.slots.push_back(None);
        if ring.slots.len() > ENTRIES_LIMIT {
            ring.evict();
        }
        ring.last
    }

    /// It ended.
    pub(crate) fn close(&self, seq: u64, entry: Entry) {
        let weight = entry.weight();
        let status = entry.answer.as_ref().map_or(0, |answer| answer.status.as_u16());
        let key = (entry.operation, status);
        let entry = Arc::new(entry);
        {
            let mut ring = self.ring.lock();
            ring.open -= 1;
            ring.endings.push_back(seq);
            if ring.endings.len() > ENTRIES_LIMIT {
                ring.endings.pop_front();
                ring.endings_dropped += 1;
            }
            *ring.counters.entry(key).or_default() += 1;
            let index = seq.checked_sub(ring.dropped + 1);
            if let Some(slot) = index.and_then(|index| ring.slots.get_mut(index as usize)) {
                *slot = Some(entry);
                ring.bytes += weight;
            }
            while ring.bytes > BYTES_LIMIT && ring.slots.len() > 1 {
                ring.evict();
            }
        }
        self.closed.notify_waiters();
    }

    /// Ended entries after `since` that match, oldest first, at most `limit`.
    pub(crate) fn read(&self, since: u64, limit: usize, filter: &Filter) -> Vec<(u64, Arc<Entry>)> {
        let ring = self.ring.lock();
        let skip = since.saturating_sub(ring.dropped) as usize;
        let numbered = ring.slots.iter().enumerate().skip(skip);
        numbered
            .filter_map(|(index, slot)| Some((ring.dropped + 1 + index as u64, slot.as_ref()?)))
            .filter(|(_, entry)| filter.matches(entry))
            .take(limit)
            .map(|(seq, entry)| (seq, Arc::clone(entry)))
            .collect()
    }

    /// The first matching entry after `since`, as soon as there is one; `None` after `silence` without one.
    pub(crate) async fn next(&self, since: u64, silence: Duration, filter: &Filter) -> Option<(u64, Arc<Entry>)> {
        let found = async {
            loop {
                // Registered before looking, so that nothing is missed between the two.
                let closed = self.closed.notified();
                if let Some(found) = self.read(since, 1, filter).pop() {
                    return found;
                }
                closed.await;
            }
        };
        clock::timeout(silence, found).await.ok()
    }

    /// Matching entries in the order in which they ended, after the first `ended` of them, at most `limit`; with each, how
    /// many had ended with it. An exchange that hung for long comes late here and is not missed, unlike in an order by
    /// beginning. `passed` is how many were looked at in all: where to go on.
    pub(crate) fn ended_after(&self, ended: u64, limit: usize, filter: &Filter) -> Endings {
        let ring = self.ring.lock();
        // A reader that saw more end than has ended comes from an earlier journal of this world.
        let ended = if ended > ring.ended() { 0 } else { ended };
        let missed = ring.endings_dropped.saturating_sub(ended);
        let mut found = Endings { passed: ended.max(ring.endings_dropped), missed, entries: Vec::new() };
        let skip = (found.passed - ring.endings_dropped) as usize;
        for seq in ring.endings.iter().skip(skip) {
            if found.entries.len() == limit {
                break;
            }
            found.passed += 1;
            let index = seq.checked_sub(ring.dropped + 1);
            let slot = index.and_then(|index| ring.slots.get(index as usize)?.as_ref());
            match slot {
                Some(entry) if filter.matches(entry) => found.entries.push((found.passed, *seq, Arc::clone(entry))),
                Some(_) => {}
                None => found.missed += 1,
            }
        }
        found
    }

    /// Nothing new begins in it: whoever follows it learns that now.
    pub(crate) fn end(&self) {
        self.over.store(true, Ordering::Release);
        self.closed.notify_waiters();
    }

    /// `true` once its world has given its place to another, or is gone.
    pub(crate) fn is_over(&self) -> bool {
        self.over.load(Ordering::Acquire)
    }

    /// Waits until more than so many exchanges have ended or nothing follows, at most `silence`.
    pub(crate) async fn more_than(&self, ended: u64, silence: Duration) {
        let more = async {
            loop {
                let closed = self.closed.notified();
                if self.is_over() || self.ring.lock().ended() > ended {
                    return;
                }
                closed.await;
            }
        };
        // Silence is an answer too.
        let _ = clock::timeout(silence, more).await;
    }

    /// Waits until no exchange is open, at most `limit`: an answer reaches its client a moment before its entry is closed.
    pub(crate) async fn settle(&self, limit: Duration) {
        let settled = async {
            loop {
                let closed = self.closed.notified();
                if self.ring.lock().open == 0 {
                    return;
                }
                closed.await;
            }
        };
        // Exchanges that a scenario holds open are no reason to wait longer.
        let _ = clock::timeout(limit, settled).await;
    }

    /// How many exchanges have begun, and how many of them have not ended.
    pub(crate) fn begun(&self) -> (u64, usize) {
        let ring = self.ring.lock();
        (ring.last, ring.open)
    }

    /// Exact totals.
    pub(crate) fn counters(&self) -> Counters {
        let ring = self.ring.lock();
        Counters {
            total: ring.last,
            open: ring.open,
            evicted: ring.dropped,
            ended: ring.counters.iter().map(|((operation, status), count)| (*operation, *status, *count)).collect(),
        }
    }
}

impl Ring {
    /// How many exchanges have ended.
    fn ended(&self) -> u64 {
        self.endings_dropped + self.endings.len() as u64
    }

    fn evict(&mut self) {
        if let Some(slot) = self.slots.pop_front() {
            self.dropped += 1;
            self.bytes -= slot.map_or(0, |entry| entry.weight());
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::http::{Method, StatusCode};
    use bytes::Bytes;
    use jiff::Timestamp;

    use super::*;

    fn entry(body: Bytes) -> Entry {
        let begun = Entry::begun(Method::GET, "/plain/accounts".to_owned(), Packed::default(), Timestamp::UNIX_EPOCH);
        let answer = Some(Answered { status: StatusCode::OK, headers: Packed::default(), body, sent_bytes: 0 });
        Entry { operation: Operation::AccountsList, answer, ending: Ending::Complete, ..begun }
    }

    fn sequence(found: &[(u64, Arc<Entry>)]) -> Vec<u64> {
        found.iter().map(|(seq, _)| *seq).collect()
    }

    #[test]
    fn counters_stay_exact_when_entries_go() {
        let journal = Journal::default();
        for _ in 0..ENTRIES_LIMIT + 5 {
            let seq = journal.open();
            journal.close(seq, entry(Bytes::new()));
        }
        let counters = journal.counters();
        assert_eq!((counters.total, counters.open, counters.evicted), (ENTRIES_LIMIT as u64 + 5, 0, 5));
        assert_eq!(counters.ended, [(Operation::AccountsList, 200, ENTRIES_LIMIT as u64 + 5)]);
        assert_eq!(sequence(&journal.read(0, 2, &Filter::default())), [6, 7]);
        assert_eq!(sequence(&journal.read(ENTRIES_LIMIT as u64 + 3, 10, &Filter::default())), [20_004, 20_005]);
    }

    #[test]
    fn a_follower_sees_every_exchange_as_it_ends_and_learns_what_was_lost() {
        let journal = Journal::default();
        let hanging = journal.open();
        for _ in 0..3 {
            let seq = journal.open();
            journal.close(seq, entry(Bytes::new()));
        }
        let all = Filter::default();
        let first = journal.ended_after(0, 2, &all);
        assert_eq!(first.entries.iter().map(|(_, seq, _)| *seq).collect::<Vec<_>>(), [2, 3]);
        journal.close(hanging, entry(Bytes::new()));
        let rest = journal.ended_after(first.passed, 10, &all);
        assert_eq!(rest.entries.iter().map(|(ended, seq, _)| (*ended, *seq)).collect::<Vec<_>>(), [(3, 4), (4, 1)]);
        for _ in 0..ENTRIES_LIMIT + 2 {
            let seq = journal.open();
            journal.close(seq, entry(Bytes::new()));
        }
        let late = journal.ended_after(rest.passed, 1, &all);
        assert_eq!((late.missed, late.entries.len()), (2, 1));
    }

    #[test]
    fn large_bodies_push_older_entries_out_and_an_evicted_one_may_still_end() {
        let journal = Journal::default();
        let hanging = journal.open();
        let megabyte = Bytes::from(vec![0; 1024 * 1024]);
        for _ in 0..80 {
            let seq = journal.open();
            journal.close(seq, entry(megabyte.clone()));
        }
        let kept = journal.read(0, usize::MAX, &Filter::default());
        assert!((60..=64).contains(&kept.len()), "{}", kept.len());
        assert_eq!(kept.last().map(|(seq, _)| *seq), Some(81));
        assert_eq!(journal.counters().open, 1);
        journal.close(hanging, entry(Bytes::new()));
        let counters = journal.counters();
        assert_eq!((counters.total, counters.open, counters.ended[0].2), (81, 0, 81));
    }
}
