//! What rules remember: calls seen, phase and calls in the phase for each rule and key, with variables and awaited events.
//!
//! Owns counting: everything here happens inside the engine's one critical section and does no I/O.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use bank_fixtures::seed::Seed;
use jiff::Timestamp;

use super::chance::Block;
use super::facts::Facts;
use super::phase::Length;
use super::quota::Ticket;
use super::rule::Rule;
use crate::limit::Verdict;

/// Keys one rule counts separately; calls of further keys pass, as if the rule were not there.
const MAX_KEYS: usize = 100_000;

/// What the rules of a world remember.
#[derive(Debug, Clone, Default)]
pub(super) struct State {
    /// By place of a rule, then by key. Places are never given to another rule.
    automata: Vec<HashMap<String, Automaton>>,
    pub(super) variables: HashMap<String, String>,
    /// How often each awaited event has happened.
    pub(super) events: Events,
    /// How often each request has come.
    attempts: HashMap<String, u64>,
}

/// How often each awaited event has happened.
pub(super) type Events = HashMap<Arc<str>, u64>;

/// What one rule remembers of one key.
#[derive(Debug, Clone)]
struct Automaton {
    /// Matching calls so far.
    n: u64,
    phase: usize,
    calls_in_phase: u64,
    entered: Timestamp,
    /// How often the awaited event had happened when the phase began.
    events_before: u64,
    fired: u64,
    block: Option<Block>,
}

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
        State { automata: vec![HashMap::new(); rules], ..State::default() }
    }

    /// How many places there are.
    pub(super) fn places(&self) -> usize {
        self.automata.len()
    }

    /// A place for one more rule.
    pub(super) fn add_place(&mut self) -> usize {
        self.automata.push(HashMap::new());
        self.automata.len() - 1
    }

    /// Forgets the blocks of an exact chance: it may be another one now.
    pub(super) fn draw_anew(&mut self, place: usize) {
        self.automata[place].values_mut().for_each(|automaton| automaton.block = None);
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
        if let Some(automaton) = self.automata[place].get_mut(key) {
            automaton.fired += 1;
        }
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
        let automata = &mut self.automata[place];
        if automata.len() >= MAX_KEYS && !automata.contains_key(&key) {
            return None;
        }
        let events = &self.events;
        let automaton = automata.entry(key.clone()).or_insert_with(|| Automaton::new(rule, facts.now, events));
        automaton.n += 1;
        let n = automaton.n;
        if rule.when.count.as_ref().is_some_and(|count| !count.holds(n)) {
            return None;
        }
        let mut draw = None;
        if let Some(chance) = rule.when.chance {
            let (hit, drawn) = chance.hits(seed, n, &mut automaton.block);
            draw = Some(drawn);
            if !hit {
                return None;
            }
        }
        let phase = automaton.phase_of_call(rule, facts.now, events)?;
        if rule.phases[phase].effects.is_empty() || rule.max.is_some_and(|max| automaton.fired >= max) {
            return None;
        }
        let window_end = rule.when.clock.as_ref().and_then(|window| window.end(facts.now));
        let in_phase = facts.now.duration_since(automaton.entered).unsigned_abs();
        let chance = seed.of("effect").at(n);
        Some(Fire { key, phase, n, draw, chance, in_phase, window_end, verdict: None, ticket: None })
    }
}

impl Automaton {
    fn new(rule: &Rule, now: Timestamp, events: &Events) -> Automaton {
        let mut new =
            Automaton { n: 0, phase: 0, calls_in_phase: 0, entered: now, events_before: 0, fired: 0, block: None };
        new.enter(rule, 0, now, events);
        new
    }

    /// The phase that gets this call: finished ones are left first. `None` after the last one.
    fn phase_of_call(&mut self, rule: &Rule, now: Timestamp, events: &Events) -> Option<usize> {
        while let Some(phase) = rule.phases.get(self.phase) {
            let finished = match &phase.length {
                Length::Calls(calls) => self.calls_in_phase >= *calls,
                Length::For(length) => now.duration_since(self.entered).unsigned_abs() >= *length,
                Length::Until(event) => events.get(event).copied().unwrap_or_default() > self.events_before,
                Length::Forever => false,
            };
            if !finished {
                self.calls_in_phase += 1;
                return Some(self.phase);
            }
            self.enter(rule, self.phase + 1, now, events);
        }
        None
    }

    fn enter(&mut self, rule: &Rule, phase: usize, now: Timestamp, events: &Events) {
        self.phase = phase;
        self.calls_in_phase = 0;
        self.entered = now;
        self.events_before = match rule.phases.get(phase).map(|phase| &phase.length) {
            Some(Length::Until(event)) => events.get(event).copied().unwrap_or_default(),
            _ => 0,
        };
    }
}
