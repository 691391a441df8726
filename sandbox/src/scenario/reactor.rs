//! Decides what follows on an event: the automata behind the counts, chances and phases of rules about events.

use std::collections::HashMap;
use std::sync::Arc;

use bank_fixtures::seed::Seed;
use jiff::Timestamp;
use parking_lot::Mutex;

use super::chance::{Block, Chance};
use super::deed::Deeds;
use super::engine::draws_of;
use super::event::EventRule;
use super::phase::Length;
use super::{Engine, Scenario};
use crate::bank::Subject;
use crate::fault::{Provenance, Stage};

/// Keys one rule counts separately; events of further keys pass, as if the rule were not there.
const MAX_KEYS: usize = 100_000;

/// The rules about events of one world with everything they have counted.
#[derive(Debug)]
pub(crate) struct Reactor {
    scenario: Option<Arc<Scenario>>,
    seed: Seed,
    /// By rule, then by key.
    state: Mutex<Vec<HashMap<String, Automaton>>>,
}

/// An event, in the words of scenarios.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Occurrence<'a> {
    pub(crate) name: &'a str,
    pub(crate) at: Timestamp,
    /// What it is about; nothing for an event of the scenario's own.
    pub(crate) subject: Option<&'a Subject>,
}

/// What one rule makes of an event.
#[derive(Debug)]
pub(crate) struct Reaction {
    /// What it does, each with the rule and why.
    pub(crate) deeds: Vec<(Arc<Deeds>, Provenance)>,
}

/// The count an event has for a rule and key, and the draw that let it pass.
struct Counted {
    n: u64,
    phase: usize,
    draw: Option<f64>,
}

#[derive(Debug, Clone)]
struct Automaton {
    n: u64,
    phase: usize,
    events_in_phase: u64,
    entered: Timestamp,
    /// How often the awaited event had happened when the phase began.
    awaited_before: u64,
    fired: u64,
    block: Option<Block>,
}

impl Reactor {
    /// A reactor that has counted nothing; `seed` is the world's.
    pub(crate) fn new(scenario: Option<Arc<Scenario>>, seed: Seed) -> Reactor {
        let rules = scenario.as_ref().map_or(0, |scenario| scenario.events.len());
        Reactor { scenario, seed, state: Mutex::new(vec![HashMap::new(); rules]) }
    }

    /// A reactor for a changed scenario: a rule whose name, key and phases are as before keeps
    /// what it has counted.
    #[must_use]
    pub(crate) fn reloaded(&self, scenario: Arc<Scenario>) -> Reactor {
        let new = Reactor::new(Some(scenario), self.seed);
        if let (Some(old), Some(rules)) = (&self.scenario, &new.scenario) {
            let kept = self.state.lock();
            let mut state = new.state.lock();
            for (number, rule) in rules.events.iter().enumerate() {
                if let Some(before) = old.events.iter().position(|old| rule.goes_on_from(old)) {
                    state[number] = kept[before].clone();
                    // The chance may be another one now.
                    state[number].values_mut().for_each(|automaton| automaton.block = None);
                }
            }
        }
        new
    }

    /// The same with a copy of everything it has counted.
    #[must_use]
    pub(crate) fn fork(&self) -> Reactor {
        let state = Mutex::new(self.state.lock().clone());
        Reactor { scenario: self.scenario.clone(), seed: self.seed, state }
    }

    /// The scenario in force.
    pub(crate) fn scenario(&self) -> Option<&Arc<Scenario>> {
        self.scenario.as_ref()
    }

    /// `true` if some rule is about events.
    pub(crate) fn listens(&self) -> bool {
        self.scenario.as_ref().is_some_and(|scenario| !scenario.events.is_empty())
    }

    /// Counts an event, and says what follows on it. `engine` knows variables and awaited events.
    pub(crate) fn react(&self, event: Occurrence<'_>, engine: &Engine) -> Vec<Reaction> {
        let Some(scenario) = self.scenario.as_ref().filter(|scenario| !scenario.events.is_empty()) else {
            return Vec::new();
        };
        let mut state = self.state.lock();
        let mut reactions = Vec::new();
        for (number, rule) in scenario.events.iter().enumerate() {
            if !engine.admits(rule.disabled, &rule.switches) {
                continue;
            }
            let holds = || rule.when.state.iter().all(|(name, texts)| texts.any(&engine.variable(name)));
            if !rule.names(event.name) || !rule.when.admits(event.subject, event.at) || !holds() {
                continue;
            }
            let key = rule.key_of(event.subject);
            let seed = draws_of(self.seed, scenario.name(), &rule.name, &key);
            let Some(counted) = step(&mut state[number], rule, &key, seed, event.at, engine) else { continue };
            let why = |deeds: &Arc<Deeds>| Provenance {
                rule: rule.name.to_string(),
                phase: counted.phase,
                n: counted.n,
                draw: counted.draw,
                effect: deeds.words.to_string(),
                stage: Stage::After,
                key: key.clone(),
                chance: rule.when.chance.map(Chance::odds),
                drawn_from: (scenario.name().into(), self.seed.number()),
            };
            let deeds = rule.phases[counted.phase].effects.iter();
            reactions.push(Reaction { deeds: deeds.map(|deeds| (Arc::clone(deeds), why(deeds))).collect() });
        }
        reactions
    }
}

/// Counts an event that matches a rule, and says what the rule makes of it.
fn step(
    automata: &mut HashMap<String, Automaton>,
    rule: &EventRule,
    key: &str,
    seed: Seed,
    at: Timestamp,
    engine: &Engine,
) -> Option<Counted> {
    if automata.len() >= MAX_KEYS && !automata.contains_key(key) {
        return None;
    }
    let automaton = automata.entry(key.to_owned()).or_insert_with(|| Automaton::new(rule, at, engine));
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
    let phase = automaton.phase_of(rule, at, engine)?;
    if rule.phases[phase].effects.is_empty() || rule.max.is_some_and(|max| automaton.fired >= max) {
        return None;
    }
    automaton.fired += 1;
    Some(Counted { n, phase, draw })
}

impl Automaton {
    fn new(rule: &EventRule, at: Timestamp, engine: &Engine) -> Automaton {
        let mut new =
            Automaton { n: 0, phase: 0, events_in_phase: 0, entered: at, awaited_before: 0, fired: 0, block: None };
        new.enter(rule, 0, at, engine);
        new
    }

    /// The phase that gets this event: finished ones are left first. `None` after the last one.
    fn phase_of(&mut self, rule: &EventRule, at: Timestamp, engine: &Engine) -> Option<usize> {
        while let Some(phase) = rule.phases.get(self.phase) {
            let finished = match &phase.length {
                Length::Calls(events) => self.events_in_phase >= *events,
                Length::For(length) => at.duration_since(self.entered).unsigned_abs() >= *length,
                Length::Until(event) => engine.times(event) > self.awaited_before,
                Length::Forever => false,
            };
            if !finished {
                self.events_in_phase += 1;
                return Some(self.phase);
            }
            self.enter(rule, self.phase + 1, at, engine);
        }
        None
    }

    fn enter(&mut self, rule: &EventRule, phase: usize, at: Timestamp, engine: &Engine) {
        (self.phase, self.events_in_phase, self.entered) = (phase, 0, at);
        self.awaited_before = match rule.phases.get(phase).map(|phase| &phase.length) {
            Some(Length::Until(event)) => engine.times(event),
            _ => 0,
        };
    }
}
