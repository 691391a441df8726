//! Counting: what one rule, about calls or about events, makes of what happens to each key.
//!
//! Owns counts, draws, phases and the maximum (S1 to S5). Does no I/O; whoever holds the automata holds the lock.

use std::collections::HashMap;
use std::time::Duration;

use bank_fixtures::seed::Seed;
use jiff::Timestamp;

use super::chance::{Block, Chance};
use super::phase::{Length, Phase};
use super::when::Count;

/// Keys one rule counts separately; what happens to further keys passes, as if the rule were not there.
pub(super) const MAX_KEYS: usize = 100_000;

/// What a rule says about counting.
pub(super) struct Counting<'r, E> {
    pub(super) count: Option<&'r Count>,
    pub(super) chance: Option<Chance>,
    pub(super) phases: &'r [Phase<E>],
    /// Times it may fire, per key.
    pub(super) max: Option<u64>,
}

/// What one rule remembers, by key.
#[derive(Debug, Clone, Default)]
pub(super) struct Automata(HashMap<String, Automaton>);

/// What counting came to, where the rule acts.
pub(super) struct Counted {
    pub(super) n: u64,
    pub(super) phase: usize,
    /// The draw that let it pass.
    pub(super) draw: Option<f64>,
    /// How long the phase has lasted.
    pub(super) in_phase: Duration,
}

/// What one rule remembers of one key.
#[derive(Debug, Clone)]
struct Automaton {
    /// Matches so far.
    n: u64,
    phase: usize,
    in_phase: u64,
    entered: Timestamp,
    /// How often the awaited event had happened when the phase began.
    awaited_before: u64,
    fired: u64,
    block: Option<Block>,
}

impl Automata {
    /// Counts a match, and says what the rule makes of it; `times` knows how often an awaited event has happened.
    pub(super) fn step<E>(
        &mut self,
        rule: &Counting<'_, E>,
        key: &str,
        seed: Seed,
        now: Timestamp,
        times: impl Fn(&str) -> u64,
    ) -> Option<Counted> {
        if !self.0.contains_key(key) {
            if self.0.len() >= MAX_KEYS {
                return None;
            }
            self.0.insert(key.to_owned(), Automaton::new(rule.phases, now, &times));
        }
        let automaton = self.0.get_mut(key)?;
        automaton.n += 1;
        let n = automaton.n;
        if rule.count.is_some_and(|count| !count.holds(n)) {
            return None;
        }
        let mut draw = None;
        if let Some(chance) = rule.chance {
            let (hit, drawn) = chance.hits(seed, n, &mut automaton.block);
            draw = Some(drawn);
            if !hit {
                return None;
            }
        }
        let phase = automaton.advance(rule.phases, now, &times)?;
        if rule.phases[phase].effects.is_empty() || rule.max.is_some_and(|max| automaton.fired >= max) {
            return None;
        }
        Some(Counted { n, phase, draw, in_phase: now.duration_since(automaton.entered).unsigned_abs() })
    }

    /// The rule has done something for a key.
    pub(super) fn fired(&mut self, key: &str) {
        if let Some(automaton) = self.0.get_mut(key) {
            automaton.fired += 1;
        }
    }

    /// Forgets the blocks of an exact chance: it may be another one now.
    pub(super) fn draw_anew(&mut self) {
        self.0.values_mut().for_each(|automaton| automaton.block = None);
    }
}

impl Automaton {
    fn new<E>(phases: &[Phase<E>], now: Timestamp, times: &impl Fn(&str) -> u64) -> Automaton {
        let mut new = Automaton { n: 0, phase: 0, in_phase: 0, entered: now, awaited_before: 0, fired: 0, block: None };
        new.enter(phases, 0, now, times);
        new
    }

    /// The phase that gets this match: finished ones are left first. `None` after the last one.
    fn advance<E>(&mut self, phases: &[Phase<E>], now: Timestamp, times: &impl Fn(&str) -> u64) -> Option<usize> {
        while let Some(phase) = phases.get(self.phase) {
            let finished = match &phase.length {
                Length::Calls(calls) => self.in_phase >= *calls,
                Length::For(length) => now.duration_since(self.entered).unsigned_abs() >= *length,
                Length::Until(event) => times(event) > self.awaited_before,
                Length::Forever => false,
            };
            if !finished {
                self.in_phase += 1;
                return Some(self.phase);
            }
            self.enter(phases, self.phase + 1, now, times);
        }
        None
    }

    fn enter<E>(&mut self, phases: &[Phase<E>], phase: usize, now: Timestamp, times: &impl Fn(&str) -> u64) {
        (self.phase, self.in_phase, self.entered) = (phase, 0, now);
        self.awaited_before = match phases.get(phase).map(|phase| &phase.length) {
            Some(Length::Until(event)) => times(event),
            _ => 0,
        };
    }
}
