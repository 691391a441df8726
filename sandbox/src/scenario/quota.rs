//! What the limits of rules remember, and the tickets by which a call tells its limit how it ended.
//!
//! Owns the memory of one limit, key by key: the automaton, strikes and suspensions. The arithmetic is [`crate::limit`]'s,
//! the text in files [`super::limit`]'s. The memory is shared with tickets of calls under way, so that a call that began
//! before a reload still gives back what it holds.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use jiff::Timestamp;
use parking_lot::Mutex;

use super::limit::{Counts, Limit, Strikes, Suspend};
use crate::limit::{Automaton, Policy, Verdict};

/// Keys one limit counts separately before those at rest are forgotten.
const MAX_KEYS: usize = 100_000;

/// What the limit of one rule remembers.
#[derive(Debug, Clone, Default)]
pub(super) struct Shelf(Arc<Mutex<HashMap<String, Tally>>>);

/// What it remembers of one key.
#[derive(Debug, Clone)]
struct Tally {
    automaton: Automaton,
    /// Refusals or failures in a row.
    strikes: u64,
    suspended_until: Option<Timestamp>,
}

/// What a limit lent a call. Given back when the last copy is dropped, which is when the exchange ends.
#[derive(Debug, Clone)]
pub struct Ticket(Arc<Loan>);

#[derive(Debug)]
struct Loan {
    shelf: Shelf,
    key: String,
    policy: Policy,
    taken: Timestamp,
    /// `true` if a call that does not succeed uses nothing up.
    refunds: bool,
    /// What failures lead to.
    suspend: Option<Suspend>,
    settled: AtomicBool,
}

impl Shelf {
    /// Asks for one call of a key. The ticket, if the limit wants to hear how the call ends, belongs to the exchange.
    pub(super) fn ask(&self, key: String, limit: &Limit, policy: &Policy, now: Timestamp) -> (Verdict, Option<Ticket>) {
        let mut tallies = self.0.lock();
        if tallies.len() >= MAX_KEYS && !tallies.contains_key(&key) {
            tallies.retain(|_, tally| !tally.is_at_rest(policy, now));
        }
        let new = || Tally { automaton: Automaton::new(policy, now), strikes: 0, suspended_until: None };
        let tally = tallies.entry(key.clone()).or_insert_with(new);
        if let Some(verdict) = tally.suspension(policy, now) {
            return (verdict, None);
        }
        let mut verdict = tally.automaton.check(policy, now);
        if !verdict.allowed {
            if limit.counts == Counts::All {
                tally.automaton.charge(policy, now);
            }
            if let Some(suspend) = limit.suspend.filter(|suspend| suspend.strikes == Strikes::Refusals) {
                tally.strike(suspend, now);
                verdict = tally.suspension(policy, now).unwrap_or(verdict);
            }
            return (verdict, None);
        }
        let suspend = limit.suspend.filter(|suspend| suspend.strikes == Strikes::Failures);
        if limit.suspend.is_some_and(|suspend| suspend.strikes == Strikes::Refusals) {
            tally.strikes = 0;
        }
        let refunds = limit.counts == Counts::Success;
        let lends = refunds || suspend.is_some() || matches!(policy, Policy::Concurrent { .. });
        let ticket = lends.then(|| {
            let (shelf, policy, settled) = (self.clone(), policy.clone(), AtomicBool::new(false));
            Ticket(Arc::new(Loan { shelf, key, policy, taken: now, refunds, suspend, settled }))
        });
        (verdict, ticket)
    }

    /// Forgets everything. Calls under way find nothing to give back.
    pub(super) fn clear(&self) {
        self.0.lock().clear();
    }

    /// A copy of everything that is remembered, for another world: there nobody waits for an answer.
    pub(super) fn fork(&self) -> Shelf {
        let mut tallies = self.0.lock().clone();
        tallies.values_mut().for_each(|tally| tally.automaton.nobody_waits());
        Shelf(Arc::new(Mutex::new(tallies)))
    }

    fn with(&self, key: &str, act: impl FnOnce(&mut Tally)) {
        if let Some(tally) = self.0.lock().get_mut(key) {
            act(tally);
        }
    }
}

impl Tally {
    /// The refusal a suspended key gets, whatever its quota says.
    fn suspension(&mut self, policy: &Policy, now: Timestamp) -> Option<Verdict> {
        let until = self.suspended_until.filter(|until| *until > now);
        if until.is_none() {
            self.suspended_until = None;
        }
        let rest = Duration::try_from(until?.duration_since(now)).unwrap_or(Duration::ZERO);
        let (limit, window) = (policy.limit(), policy.window());
        Some(Verdict { allowed: false, limit, remaining: 0, window, reset_in: rest, retry_after: Some(rest) })
    }

    fn strike(&mut self, suspend: Suspend, now: Timestamp) {
        self.strikes += 1;
        if self.strikes >= suspend.after {
            self.strikes = 0;
            self.suspended_until = Some(now.saturating_add(suspend.length).unwrap_or(Timestamp::MAX));
        }
    }

    fn is_at_rest(&self, policy: &Policy, now: Timestamp) -> bool {
        let suspended = self.suspended_until.is_some_and(|until| until > now);
        !suspended && self.strikes == 0 && self.automaton.is_at_rest(policy, now)
    }
}

impl Ticket {
    /// Says how the call ended, once it is known. A call that never says so has failed.
    pub(crate) fn settle(&self, succeeded: bool) {
        self.0.settle(succeeded);
    }
}

impl Loan {
    fn settle(&self, succeeded: bool) {
        if self.settled.swap(true, Ordering::Relaxed) {
            return;
        }
        self.shelf.with(&self.key, |tally| {
            if self.refunds && !succeeded {
                tally.automaton.refund(&self.policy, self.taken);
            }
            match self.suspend {
                Some(_) if succeeded => tally.strikes = 0,
                Some(suspend) => tally.strike(suspend, self.taken),
                None => {}
            }
        });
    }
}

impl Drop for Loan {
    fn drop(&mut self) {
        self.settle(false);
        if matches!(self.policy, Policy::Concurrent { .. }) {
            self.shelf.with(&self.key, |tally| tally.automaton.release());
        }
    }
}
