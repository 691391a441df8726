//! Decides what a scenario makes of each call.
//!
//! Rules are indexed by what they are about, so a rule that cannot match a call costs it nothing. A decision is one
//! critical section without any I/O; every rule has one automaton per key (calls seen, phase, calls in the phase), which is
//! why a phase of three calls is given to exactly three calls in any interleaving.

use std::collections::BTreeMap;
use std::sync::Arc;

use arc_swap::ArcSwap;
use bank_fixtures::seed::Seed;
use jiff::Timestamp;
use parking_lot::Mutex;

use super::Scenario;
use super::chance::Chance;
use super::connection;
use super::facts::Facts;
use super::index::{Index, Slot};
use super::phase::Length;
use super::quota::Shelf;
use super::rule::Rule;
use super::state::{Fire, State};
use super::switch::Switches;
use crate::fault::{Moment, Plan, Provenance, Stage};

/// The rules of one world with everything they have counted.
#[derive(Debug)]
pub struct Engine {
    scenario: Option<Arc<Scenario>>,
    /// Name of the scenario.
    name: Arc<str>,
    seed: Seed,
    /// Replaced whole when a group of rules is switched.
    index: ArcSwap<Index>,
    switches: Mutex<Switches>,
    /// Events some phase waits for.
    awaited: Vec<Arc<str>>,
    /// Whether some rule asks which attempt of a request a call is.
    counts_attempts: bool,
    /// By rule: what its limit remembers. Apart from the rest because calls under way write into it.
    shelves: Vec<Shelf>,
    /// By rule: where in the state its automata are.
    places: Vec<usize>,
    /// Shared with the engines this one came from by reloads: a call that is decided while rules are swapped is counted once,
    /// whichever engine decides it.
    state: Arc<Mutex<State>>,
}

impl Engine {
    /// An engine without rules.
    pub fn empty(seed: Seed) -> Engine {
        Engine {
            scenario: None,
            name: "".into(),
            seed,
            index: ArcSwap::from_pointee(Index::empty()),
            switches: Mutex::default(),
            awaited: Vec::new(),
            counts_attempts: false,
            shelves: Vec::new(),
            places: Vec::new(),
            state: Arc::default(),
        }
    }

    /// An engine for a scenario; `seed` is the world's.
    pub fn new(scenario: Arc<Scenario>, seed: Seed) -> Engine {
        let rules = &scenario.rules;
        let named = rules.iter().flat_map(|rule| &rule.switches);
        let named = named.chain(scenario.events.iter().flat_map(|rule| &rule.switches));
        let named = named.chain(scenario.deliveries.iter().flat_map(|rule| &rule.switches));
        let switches = Switches::of(&scenario.profiles, named);
        let awaited = rules.iter().flat_map(|rule| &rule.phases).filter_map(|phase| match &phase.length {
            Length::Until(event) => Some(Arc::clone(event)),
            _ => None,
        });
        let awaited = awaited.chain(scenario.events.iter().flat_map(|rule| rule.awaits()));
        let asks_attempt = |rule: &Rule| {
            let unless = rule.when.unless.as_ref();
            rule.matcher.attempt.is_some() || unless.is_some_and(|unless| unless.attempt.is_some())
        };
        Engine {
            name: scenario.name().into(),
            seed,
            index: ArcSwap::from_pointee(Index::of(rules, &switches)),
            awaited: awaited.collect(),
            switches: Mutex::new(switches),
            counts_attempts: rules.iter().any(asks_attempt),
            shelves: rules.iter().map(|_| Shelf::default()).collect(),
            places: (0..rules.len()).collect(),
            state: Arc::new(Mutex::new(State::of(rules.len()))),
            scenario: Some(scenario),
        }
    }

    /// An engine for a changed scenario: a rule whose name, key and phases are as before keeps what it has counted, and so
    /// do switches that still stand in the file.
    #[must_use]
    pub fn reloaded(&self, scenario: Arc<Scenario>, seed: Seed) -> Engine {
        let mut engine = Engine::new(scenario, seed);
        let (Some(old), Some(new)) = (self.scenario.clone(), engine.scenario.clone()) else { return engine };
        let switches = engine.switches.get_mut();
        switches.keep(&self.switches.lock());
        engine.index = ArcSwap::from_pointee(Index::of(&new.rules, switches));
        if self.seed != seed {
            return engine;
        }
        let mut state = self.state.lock();
        for (number, rule) in new.rules.iter().enumerate() {
            match old.rules.iter().position(|old| rule.goes_on_from(old)) {
                Some(before) => {
                    let place = self.places[before];
                    state.draw_anew(place);
                    engine.places[number] = place;
                    engine.shelves[number] = self.shelves[before].clone();
                }
                None => engine.places[number] = state.add_place(),
            }
        }
        drop(state);
        engine.state = Arc::clone(&self.state);
        engine
    }

    /// The same engine with a copy of everything it has counted.
    #[must_use]
    pub fn fork(&self) -> Engine {
        Engine {
            scenario: self.scenario.clone(),
            name: Arc::clone(&self.name),
            seed: self.seed,
            index: ArcSwap::new(self.index.load_full()),
            switches: Mutex::new(self.switches.lock().clone()),
            awaited: self.awaited.clone(),
            counts_attempts: self.counts_attempts,
            shelves: self.shelves.iter().map(Shelf::fork).collect(),
            places: self.places.clone(),
            state: Arc::new(Mutex::new(self.state.lock().clone())),
        }
    }

    /// The scenario it decides by; `None` for an engine without rules.
    pub fn scenario(&self) -> Option<&Arc<Scenario>> {
        self.scenario.as_ref()
    }

    /// Forgets everything that was counted, and stands every switch as the file has it.
    pub fn reset(&self) {
        let mut switches = self.switches.lock();
        switches.reset();
        self.take_up(&switches);
        let mut state = self.state.lock();
        *state = State::of(state.places());
        self.shelves.iter().for_each(Shelf::clear);
    }

    /// Profiles and tags, and whether their rules are in force.
    pub fn profiles(&self) -> Vec<(String, bool)> {
        self.switches.lock().list()
    }

    /// Puts the rules of a profile, or of a tag, in or out of force between two calls; what they have counted stays. `false`
    /// if there is no such profile or tag.
    pub fn switch(&self, profile: &str, on: bool) -> bool {
        let mut switches = self.switches.lock();
        let known = switches.set(profile, on);
        self.take_up(&switches);
        known
    }

    fn take_up(&self, switches: &Switches) {
        if let Some(scenario) = &self.scenario {
            self.index.store(Arc::new(Index::of(&scenario.rules, switches)));
        }
    }

    /// Decides what happens to a call, and counts it.
    pub fn decide(&self, facts: &Facts<'_>) -> Plan {
        let index = self.index.load();
        let attempt = if self.counts_attempts { self.state.lock().attempt(facts) } else { 1 };
        self.decide_by(&index.met_by(facts), facts, attempt)
    }

    /// Decides what happens to a connection at a stage before any request, and counts it. `host` is what a TLS client asked
    /// for by name.
    pub fn decide_connection(&self, stage: Stage, host: Option<&str>, now: Timestamp) -> Plan {
        let index = self.index.load();
        let slots = index.of_connections(stage);
        if slots.is_empty() {
            return Plan::default();
        }
        connection::facts(host, now, |facts| self.decide_by(&slots, facts, 1))
    }

    fn decide_by(&self, slots: &[Slot], facts: &Facts<'_>, attempt: u64) -> Plan {
        let mut plan = Plan::default();
        let Some(scenario) = &self.scenario else { return plan };
        // What the call and the bank say needs no memory: it is looked at before the critical section, and a rule that does
        // not fit costs no more than the look.
        let mut fit: Vec<Slot> = Vec::new();
        for slot in slots {
            let rule = &scenario.rules[slot.rule];
            let known = fit.iter().any(|earlier| earlier.rule == slot.rule);
            if known || rule.matcher.matches(facts, attempt) && rule.when.admits(facts, attempt) {
                fit.push(*slot);
            }
        }
        if fit.is_empty() {
            return plan;
        }
        let mut state = self.state.lock();
        let mut asked: Vec<(usize, Option<Fire>)> = Vec::new();
        for slot in fit {
            let rule = &scenario.rules[slot.rule];
            let known = asked.iter().position(|(number, _)| *number == slot.rule);
            let known = known.unwrap_or_else(|| {
                let mut fire = self.ask(&mut state, slot.rule, rule, facts);
                plan.tickets.extend(fire.as_mut().and_then(|fire| fire.ticket.take()));
                asked.push((slot.rule, fire));
                asked.len() - 1
            });
            let Some(fire) = &asked[known].1 else { continue };
            if self.carry_out(rule, fire, slot.stage, facts, &mut plan, &mut state) {
                break;
            }
        }
        plan
    }

    /// Counts a call that matches a rule, and says what the rule makes of it.
    fn ask(&self, state: &mut State, number: usize, rule: &Rule, facts: &Facts<'_>) -> Option<Fire> {
        let key = rule.key.of(facts);
        let seed = draws_of(self.seed, &self.name, &rule.name, &key);
        let place = self.places[number];
        let mut fire = state.step(place, rule, key, seed, facts)?;
        if let Some(limit) = &rule.limit {
            let key = limit.key.as_ref().unwrap_or(&rule.key).of(facts);
            let (verdict, ticket) = self.shelves[number].ask(key, limit, &limit.policy_for(facts), facts.now);
            if !verdict.allowed {
                state.fired(place, &fire.key);
            }
            (fire.verdict, fire.ticket) = (Some(verdict), ticket);
        } else {
            state.fired(place, &fire.key);
        }
        Some(fire)
    }

    /// What the rules have set, and what was set from outside.
    pub fn variables(&self) -> BTreeMap<String, String> {
        self.state.lock().variables.iter().map(|(name, value)| (name.clone(), value.clone())).collect()
    }

    /// Puts these variables in the place of all there are.
    pub fn set_variables(&self, variables: BTreeMap<String, String>) {
        self.state.lock().variables = variables.into_iter().collect();
    }

    /// Tells that a call of this operation succeeded: phases that wait `until` it end. Cheap if none does.
    pub fn happened(&self, event: &str) {
        if let Some(event) = self.awaited.iter().find(|awaited| ***awaited == *event) {
            *self.state.lock().events.entry(Arc::clone(event)).or_default() += 1;
        }
    }

    /// Sets variables, as something other than a call ordered.
    pub(crate) fn set(&self, variables: &[(String, String)]) {
        self.state.lock().variables.extend(variables.iter().cloned());
    }

    /// The value of a variable; empty if nobody has set it.
    pub(crate) fn variable(&self, name: &str) -> String {
        self.state.lock().variables.get(name).cloned().unwrap_or_default()
    }

    /// How often an awaited event has happened.
    pub(crate) fn times(&self, event: &str) -> u64 {
        self.state.lock().events.get(event).copied().unwrap_or_default()
    }

    /// `true` if some phase waits for an event.
    pub(crate) fn awaits(&self) -> bool {
        !self.awaited.is_empty()
    }

    /// Whether a rule about events or messages is in force.
    pub(crate) fn admits(&self, disabled: bool, switches: &[Arc<str>]) -> bool {
        !disabled && (switches.is_empty() || self.switches.lock().admit(switches))
    }

    /// Applies the effects a rule has at a stage; `true` if they end the request.
    fn carry_out(
        &self,
        rule: &Rule,
        fire: &Fire,
        stage: Stage,
        facts: &Facts<'_>,
        plan: &mut Plan,
        state: &mut State,
    ) -> bool {
        if let (Some(limit), Some(verdict)) = (&rule.limit, &fire.verdict) {
            if !plan.rewrites.iter().any(|rewrite| limit.tells(rewrite)) {
                limit.tell(verdict, facts.now, &mut plan.rewrites);
            }
            if verdict.allowed {
                return false;
            }
        }
        for group in rule.phases[fire.phase].effects.iter().filter(|group| group.stage == stage) {
            let moment = Moment {
                now: facts.now,
                stage,
                n: fire.n,
                chance: fire.chance,
                in_phase: fire.in_phase,
                window_end: fire.window_end,
                limit_wait: fire.verdict.and_then(|verdict| verdict.retry_after),
                rule: &rule.name,
            };
            group.apply(&moment, plan);
            state.variables.extend(group.sets.iter().cloned());
            plan.because.push(Provenance {
                rule: rule.name.to_string(),
                phase: fire.phase,
                n: fire.n,
                draw: fire.draw,
                effect: group.words.to_string(),
                stage,
                key: fire.key.clone(),
                chance: rule.when.chance.map(Chance::odds),
                drawn_from: (Arc::clone(&self.name), self.seed.number()),
            });
            if group.is_terminal() {
                return true;
            }
        }
        false
    }
}

/// Where the draws of a rule and key come from: nothing but these four has a say.
pub(super) fn draws_of(world: Seed, scenario: &str, rule: &str, key: &str) -> Seed {
    world.of(scenario).of(rule).of(key)
}
