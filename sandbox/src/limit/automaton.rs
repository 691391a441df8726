//! One limit for one key.

use std::collections::VecDeque;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::limit::{Policy, Verdict, nanoseconds, scaled};

/// The state of one limit for one key. Asking with an earlier `now` than before counts as asking at the same time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Automaton {
    last: Timestamp,
    state: State,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum State {
    /// Calls used in the window that ends at this instant.
    Window { used: u64, ends: Timestamp },
    /// Instants of the granted calls still inside the window, oldest first: never more than the limit.
    Log(VecDeque<Timestamp>),
    /// What is missing to a full bucket, in parts of a token: a token has as many parts as the refill time has
    /// nanoseconds, so that no rate needs rounding.
    Deficit(u128),
    /// Calls under way.
    Held(u64),
}

impl Automaton {
    /// The automaton of a key that was never seen.
    pub fn new(policy: &Policy, now: Timestamp) -> Automaton {
        let state = match policy {
            Policy::Fixed { .. } | Policy::PerDay { .. } => State::Window { used: 0, ends: now },
            Policy::Rolling { .. } => State::Log(VecDeque::new()),
            Policy::TokenBucket { .. } | Policy::Leaky { .. } => State::Deficit(0),
            Policy::Concurrent { .. } => State::Held(0),
        };
        Automaton { last: now, state }
    }

    /// Asks for one call and, if it is granted, takes it.
    pub fn check(&mut self, policy: &Policy, now: Timestamp) -> Verdict {
        self.catch_up(policy, now);
        let left = self.left(policy);
        if left > 0 {
            self.take(policy);
        }
        self.verdict(policy, left > 0, left.saturating_sub(1))
    }

    /// What [`check`](Automaton::check) would say, without taking anything.
    pub fn peek(&self, policy: &Policy, now: Timestamp) -> Verdict {
        self.clone().check(policy, now)
    }

    /// Takes one call whether it is granted or not: for limits that count refused calls too.
    pub fn charge(&mut self, policy: &Policy, now: Timestamp) {
        self.catch_up(policy, now);
        self.take(policy);
    }

    /// Gives back a call that was taken at this time, as if it had not come. A window that has ended since keeps nothing of
    /// it, so there is nothing to give back.
    pub fn refund(&mut self, policy: &Policy, taken: Timestamp) {
        match &mut self.state {
            State::Window { used, ends } if *ends == window_end(policy, taken) => *used = used.saturating_sub(1),
            State::Window { .. } => {}
            State::Log(calls) => {
                if let Some(at) = calls.iter().rposition(|call| *call == taken) {
                    calls.remove(at);
                }
            }
            State::Deficit(missing) => *missing = missing.saturating_sub(token_parts(policy)),
            State::Held(held) => *held = held.saturating_sub(1),
        }
    }

    /// Forgets calls under way: for a copy of a world, in which nobody is waiting for an answer.
    pub fn nobody_waits(&mut self) {
        if let State::Held(held) = &mut self.state {
            *held = 0;
        }
    }

    /// Ends a call that a [`Policy::Concurrent`] granted; nothing to do for the others.
    pub fn release(&mut self) {
        if let State::Held(held) = &mut self.state {
            *held = held.saturating_sub(1);
        }
    }

    /// `true` if the key is as good as one that was never seen.
    pub fn is_at_rest(&self, policy: &Policy, now: Timestamp) -> bool {
        let mut then = self.clone();
        then.catch_up(policy, now);
        then.left(policy) == policy.limit()
    }

    fn catch_up(&mut self, policy: &Policy, now: Timestamp) {
        let now = now.max(self.last);
        let elapsed = between(self.last, now);
        self.last = now;
        match (&mut self.state, policy) {
            (State::Window { used, ends }, _) => {
                if *ends <= now {
                    *used = 0;
                    *ends = window_end(policy, now);
                }
            }
            (State::Log(calls), _) => {
                while calls.front().is_some_and(|call| between(*call, now) >= policy.window()) {
                    calls.pop_front();
                }
            }
            (State::Deficit(missing), _) => {
                let (refill, _) = rate(policy);
                *missing = missing.saturating_sub(elapsed.as_nanos() * u128::from(refill));
            }
            (State::Held(_), _) => {}
        }
    }

    fn left(&self, policy: &Policy) -> u64 {
        let used = match &self.state {
            State::Window { used, .. } | State::Held(used) => *used,
            State::Log(calls) => calls.len() as u64,
            State::Deficit(missing) => u64::try_from(missing.div_ceil(token_parts(policy))).unwrap_or(u64::MAX),
        };
        policy.limit().saturating_sub(used)
    }

    fn take(&mut self, policy: &Policy) {
        match &mut self.state {
            State::Window { used, .. } | State::Held(used) => *used = used.saturating_add(1),
            State::Log(calls) => {
                if calls.len() as u64 >= policy.limit() {
                    calls.pop_front();
                }
                calls.push_back(self.last);
            }
            State::Deficit(missing) => {
                let full = u128::from(policy.limit()) * token_parts(policy);
                *missing = (*missing + token_parts(policy)).min(full);
            }
        }
    }

    fn verdict(&self, policy: &Policy, allowed: bool, remaining: u64) -> Verdict {
        let (limit, window) = (policy.limit(), policy.window());
        let retry_after = (!allowed).then(|| self.next_in(policy));
        Verdict { allowed, limit, remaining, window, reset_in: self.reset_in(policy), retry_after }
    }

    /// Until everything is back.
    fn reset_in(&self, policy: &Policy) -> Duration {
        match &self.state {
            State::Window { used: 0, .. } | State::Held(_) => Duration::ZERO,
            State::Window { ends, .. } => between(self.last, *ends),
            State::Log(calls) => self.until_forgotten(policy, calls.back()),
            State::Deficit(missing) => until_refilled(policy, *missing),
        }
    }

    /// Until one more call is granted, when none is now.
    fn next_in(&self, policy: &Policy) -> Duration {
        match &self.state {
            State::Window { ends, .. } => between(self.last, *ends),
            State::Log(calls) => self.until_forgotten(policy, calls.front()),
            State::Deficit(missing) => {
                let enough = u128::from(policy.limit().saturating_sub(1)) * token_parts(policy);
                until_refilled(policy, missing.saturating_sub(enough))
            }
            State::Held(_) => CONCURRENT_RETRY,
        }
    }

    fn until_forgotten(&self, policy: &Policy, call: Option<&Timestamp>) -> Duration {
        call.map_or(Duration::ZERO, |call| policy.window().saturating_sub(between(*call, self.last)))
    }
}

fn until_refilled(policy: &Policy, missing: u128) -> Duration {
    nanoseconds(missing.div_ceil(u128::from(rate(policy).0)))
}

/// Nobody can know when another call ends; a second is the shortest wait `Retry-After` can say.
const CONCURRENT_RETRY: Duration = Duration::from_secs(1);

/// Tokens gained per time.
fn rate(policy: &Policy) -> (u64, Duration) {
    match policy {
        Policy::TokenBucket { refill, per, .. } => ((*refill).max(1), *per),
        Policy::Leaky { every, .. } => (1, *every),
        other => (other.limit().max(1), other.window()),
    }
}

fn token_parts(policy: &Policy) -> u128 {
    rate(policy).1.as_nanos().max(1)
}

fn between(earlier: Timestamp, later: Timestamp) -> Duration {
    Duration::try_from(later.duration_since(earlier)).unwrap_or(Duration::ZERO)
}

/// The end of the window that `now` lies in.
fn window_end(policy: &Policy, now: Timestamp) -> Timestamp {
    if let Policy::PerDay { zone, .. } = policy {
        let midnight = now.to_zoned(zone.clone()).tomorrow().and_then(|next| next.start_of_day());
        return midnight.map_or(Timestamp::MAX, |midnight| midnight.timestamp());
    }
    let window = i128::try_from(scaled(policy.window(), 1, 1).as_nanos()).unwrap_or(i128::MAX).max(1);
    let rest = window - now.as_nanosecond().rem_euclid(window);
    now.saturating_add(SignedDuration::from_nanos_i128(rest)).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;
    use proptest::prelude::*;

    use super::*;

    fn any_policy() -> impl Strategy<Value = Policy> {
        let limit = 1u64..6;
        let time = (1u64..100_000).prop_map(Duration::from_millis);
        prop_oneof![
            (limit.clone(), time.clone()).prop_map(|(limit, window)| Policy::Fixed { limit, window }),
            (limit.clone(), time.clone()).prop_map(|(limit, window)| Policy::Rolling { limit, window }),
            (limit.clone(), 1u64..7, time.clone()).prop_map(|(capacity, refill, per)| Policy::TokenBucket {
                capacity,
                refill,
                per
            }),
            (limit.clone(), time).prop_map(|(depth, every)| Policy::Leaky { depth, every }),
            limit.prop_map(|limit| Policy::PerDay { limit, zone: TimeZone::get("Europe/Berlin").unwrap() }),
        ]
    }

    fn any_waits() -> impl Strategy<Value = Vec<Duration>> {
        let wait = prop_oneof![Just(0), 0u64..40_000, 0u64..80_000_000];
        prop::collection::vec(wait.prop_map(Duration::from_millis), 1..60)
    }

    fn start() -> Timestamp {
        "2026-03-28T20:00:00Z".parse().unwrap()
    }

    fn after(now: Timestamp, wait: Duration) -> Timestamp {
        now.checked_add(wait).unwrap()
    }

    proptest! {
        /// `Retry-After` is exact: a nanosecond earlier is too early, and on time is granted.
        #[test]
        fn a_refused_call_is_granted_after_its_wait_and_not_before(policy in any_policy(), waits in any_waits()) {
            let (mut now, mut automaton) = (start(), Automaton::new(&policy, start()));
            for wait in waits {
                now = after(now, wait);
                let verdict = automaton.check(&policy, now);
                prop_assert_eq!(verdict.allowed, verdict.retry_after.is_none());
                if let Some(wait) = verdict.retry_after {
                    prop_assert!(wait > Duration::ZERO);
                    prop_assert!(automaton.peek(&policy, after(now, wait)).allowed);
                    prop_assert!(!automaton.peek(&policy, after(now, wait - Duration::from_nanos(1))).allowed);
                }
            }
        }

        /// `reset_in` is when everything is back, and `remaining` is how many calls come through at once.
        #[test]
        fn what_it_says_is_left_is_left(policy in any_policy(), waits in any_waits()) {
            let (mut now, mut automaton) = (start(), Automaton::new(&policy, start()));
            for wait in waits {
                now = after(now, wait);
                let verdict = automaton.check(&policy, now);
                prop_assert!(automaton.is_at_rest(&policy, after(now, verdict.reset_in)));
                let mut then = automaton.clone();
                let granted = (0..verdict.limit + 1).filter(|_| then.check(&policy, now).allowed).count();
                prop_assert_eq!(granted as u64, verdict.remaining);
            }
        }

        /// A call that is given back was never there.
        #[test]
        fn what_is_given_back_is_left_again(policy in any_policy(), waits in any_waits()) {
            let (mut now, mut automaton) = (start(), Automaton::new(&policy, start()));
            for wait in waits {
                now = after(now, wait);
                let before = automaton.peek(&policy, now);
                if automaton.check(&policy, now).allowed {
                    automaton.refund(&policy, now);
                }
                prop_assert_eq!(automaton.peek(&policy, now), before);
            }
        }

        /// No window of the policy's length ever holds more than the limit (a bucket: the burst and what it gained).
        #[test]
        fn no_window_holds_more_than_the_limit(policy in any_policy(), waits in any_waits()) {
            let (mut now, mut automaton) = (start(), Automaton::new(&policy, start()));
            let mut granted = Vec::new();
            for wait in waits {
                now = after(now, wait);
                if automaton.check(&policy, now).allowed {
                    granted.push(now);
                }
            }
            for (index, first) in granted.iter().enumerate() {
                let inside = granted[index..].iter().filter(|call| between(*first, **call) < policy.window()).count();
                let most = match policy {
                    Policy::Rolling { limit, .. } => limit,
                    _ => policy.limit() * 2,
                };
                prop_assert!(inside as u64 <= most, "{inside} calls");
            }
        }
    }

    #[test]
    fn a_token_comes_back_in_its_share_of_the_time() {
        let policy = Policy::TokenBucket { capacity: 100, refill: 100, per: Duration::from_secs(60) };
        let mut automaton = Automaton::new(&policy, start());
        let first = automaton.check(&policy, start());
        assert_eq!((first.remaining, first.reset_in), (99, Duration::from_millis(600)));
        assert_eq!(first.window, Duration::from_secs(60));
        assert!((0..99).all(|_| automaton.check(&policy, start()).allowed));
        let refused = automaton.check(&policy, start());
        assert_eq!((refused.allowed, refused.retry_after), (false, Some(Duration::from_millis(600))));
    }

    /// Midnight of the day on which Berlin skips an hour comes 23 hours after the last one.
    #[test]
    fn a_day_ends_at_the_banks_midnight() {
        let policy = Policy::PerDay { limit: 1, zone: TimeZone::get("Europe/Berlin").unwrap() };
        let midnight: Timestamp = "2026-03-28T23:00:00Z".parse().unwrap();
        let mut automaton = Automaton::new(&policy, midnight);
        assert_eq!(automaton.check(&policy, midnight).reset_in, Duration::from_secs(23 * 3600));
    }

    #[test]
    fn a_released_call_makes_room() {
        let policy = Policy::Concurrent { limit: 1 };
        let mut automaton = Automaton::new(&policy, start());
        assert!(automaton.check(&policy, start()).allowed);
        assert_eq!(automaton.check(&policy, start()).retry_after, Some(CONCURRENT_RETRY));
        automaton.release();
        assert!(automaton.check(&policy, start()).allowed);
    }
}
