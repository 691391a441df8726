//! What the rules about calls remember: what each has counted, with variables, awaited events and attempts.
//!
//! Everything here happens inside the engine's one critical section and does no I/O.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use bank_fixtures::seed::Seed;
use jiff::Timestamp;

use super::automaton::{Automata, Counted, Counting, MAX_KEYS};
use super::facts::Facts;
use super::quota::Ticket;
use super::rule::Rule;
use crate::limit::Verdict;

/// What the rules of a world remember.
#[derive(Debug, Clone, Default)]
pub(super) struct State {
    /// By place of a rule, then by key. Places are never given to another rule.
    automata: Vec<Automata>,
    pub(super) variables: HashMap<String, String>,
    /// How often each awaited event has happened.
    pub(super) events: Events,
    /// How often each request has come.
    attempts: HashMap<String, u64>,
}

/// How often each awaited event has happened.
pub(super) type Events = HashMap<Arc<str>, u64>;

/// A rule that acts on the call at hand.
pub(super) struct Fire {
    pub(super) key: String,
    pub(super) phase: usize,
    pub(super) n: u64,
    pub(super) draw: Option<f64>,
    pub(super) chance: Seed,
    pub(super) in_phase: Duration,
    pub(super) window_end: Option<Timestamp>,
    pub(super) verdict: Option<Verdict>,
    pub(super) ticket: Option<Ticket>,
}

impl State {
    /// The state of so many places that have counted nothing.
    pub(super) fn of(rules: usize) -> State {
        State { automata: vec![Automata::default(); rules], ..State::default() }
    }

    /// How many places there are.
    pub(super) fn places(&self) -> usize {
        self.automata.len()
    }

    /// A place for one more rule.
    pub(super) fn add_place(&mut self) -> usize {
        self.automata.push(Automata::default());
        self.automata.len() - 1
    }

    /// Forgets the blocks of an exact chance: it may be another one now.
    pub(super) fn draw_anew(&mut self, place: usize) {
        self.automata[place].draw_anew();
    }

    /// Counts the attempts of a request, this one included. Where too many are known already, a new one is a first attempt.
    pub(super) fn attempt(&mut self, facts: &Facts<'_>) -> u64 {
        let identity = facts.request_identity();
        if self.attempts.len() >= MAX_KEYS && !self.attempts.contains_key(&identity) {
            return 1;
        }
        let count = self.attempts.entry(identity).or_default();
        *count += 1;
        *count
    }

    /// The rule has done something to a call of the key.
    pub(super) fn fired(&mut self, place: usize, key: &str) {
        self.automata[place].fired(key);
    }

    /// Counts a call that matches a rule, and says what the rule makes of it.
    pub(super) fn step(
        &mut self,
        place: usize,
        rule: &Rule,
        key: String,
        seed: Seed,
        facts: &Facts<'_>,
    ) -> Option<Fire> {
        let variables = &self.variables;
        let value = |name: &String| variables.get(name).map_or("", String::as_str);
        if !rule.when.state.iter().all(|(name, texts)| texts.any(value(name))) {
            return None;
        }
        let counting =
            Counting { count: rule.when.count.as_ref(), chance: rule.when.chance, phases: &rule.phases, max: rule.max };
        let events = &self.events;
        let times = |event: &str| events.get(event).copied().unwrap_or_default();
        let Counted { n, phase, draw, in_phase } =
            self.automata[place].step(&counting, &key, seed, facts.now, times)?;
        let window_end = rule.when.clock.as_ref().and_then(|window| window.end(facts.now));
        let chance = seed.of("effect").at(n);
        Some(Fire { key, phase, n, draw, chance, in_phase, window_end, verdict: None, ticket: None })
    }
}
