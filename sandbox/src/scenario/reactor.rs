//! Decides what follows on an event: rules about events with everything they have counted.

use std::sync::Arc;

use bank_fixtures::seed::Seed;
use jiff::Timestamp;
use parking_lot::Mutex;

use super::automaton::{Automata, Counting};
use super::chance::Chance;
use super::deed::Deeds;
use super::engine::draws_of;
use super::{Engine, Scenario};
use crate::bank::Subject;
use crate::fault::{Provenance, Stage};

/// The rules about events of one world with everything they have counted.
#[derive(Debug)]
pub(crate) struct Reactor {
    scenario: Option<Arc<Scenario>>,
    seed: Seed,
    /// By rule, then by key.
    state: Mutex<Vec<Automata>>,
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

impl Reactor {
    /// A reactor that has counted nothing; `seed` is the world's.
    pub(crate) fn new(scenario: Option<Arc<Scenario>>, seed: Seed) -> Reactor {
        let rules = scenario.as_ref().map_or(0, |scenario| scenario.events.len());
        Reactor { scenario, seed, state: Mutex::new(vec![Automata::default(); rules]) }
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
                    state[number].draw_anew();
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
            let counting = Counting {
                count: rule.when.count.as_ref(),
                chance: rule.when.chance,
                phases: &rule.phases,
                max: rule.max,
            };
            let automata = &mut state[number];
            let Some(counted) = automata.step(&counting, &key, seed, event.at, |event| engine.times(event)) else {
                continue;
            };
            automata.fired(&key);
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
