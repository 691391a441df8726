//! Decides what a scenario makes of each call.
//!
//! Rules are indexed by operation, so a rule that cannot match one costs it nothing. A decision is one critical section
//! without any I/O; every rule has one automaton per key (calls seen, phase, calls in the phase), which is why a phase of
//! three calls is given to exactly three calls in any interleaving.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use arc_swap::ArcSwap;
use bank_fixtures::seed::Seed;
use jiff::Timestamp;
use parking_lot::Mutex;

use super::Scenario;
use super::chance::{Block, Chance};
use super::connection;
use super::facts::Facts;
use super::phase::Length;
use super::quota::{Shelf, Ticket};
use super::rule::Rule;
use super::switch::Switches;
use crate::fault::{Moment, Plan, Provenance, Stage};
use crate::limit::Verdict;
use crate::operation::OPERATIONS;

/// Keys one rule counts separately; calls of further keys pass, as if the rule were not there.
const MAX_KEYS: usize = 100_000;

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

/// Which rule may act at which stage, in the order they are asked.
#[derive(Debug)]
struct Index {
    /// By operation.
    calls: Vec<Vec<Slot>>,
    /// For connections before any request.
    connections: Vec<Slot>,
}

#[derive(Debug, Clone, Copy)]
struct Slot {
    stage: Stage,
    rule: usize,
}

/// What the rules of a world remember.
#[derive(Debug, Clone, Default)]
struct State {
    /// By place of a rule, then by key. Places are never given to another rule.
    automata: Vec<HashMap<String, Automaton>>,
    variables: HashMap<String, String>,
    /// How often each awaited event has happened.
    events: Events,
    /// How often each request has come.
    attempts: HashMap<String, u64>,
}

/// How often each awaited event has happened.
type Events = HashMap<Arc<str>, u64>;

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
struct Fire {
    key: String,
    phase: usize,
    n: u64,
    draw: Option<f64>,
    chance: Seed,
    in_phase: std::time::Duration,
    window_end: Option<Timestamp>,
    verdict: Option<Verdict>,
    ticket: Option<Ticket>,
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
            index: ArcSwap::from_pointee(index(rules, &switches)),
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
        engine.index = ArcSwap::from_pointee(index(&new.rules, switches));
        if self.seed != seed {
            return engine;
        }
        let mut state = self.state.lock();
        for (number, rule) in new.rules.iter().enumerate() {
            match old.rules.iter().position(|old| rule.goes_on_from(old)) {
                Some(before) => {
                    let place = self.places[before];
                    // The chance may be another one now.
                    state.automata[place].values_mut().for_each(|automaton| automaton.block = None);
                    engine.places[number] = place;
                    engine.shelves[number] = self.shelves[before].clone();
                }
                None => {
                    engine.places[number] = state.automata.len();
                    state.automata.push(HashMap::new());
                }
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
        *state = State::of(state.automata.len());
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
            self.index.store(Arc::new(index(&scenario.rules, switches)));
        }
    }

    /// Decides what happens to a call, and counts it.
    pub fn decide(&self, facts: &Facts<'_>) -> Plan {
        let index = self.index.load();
        let attempt = if self.counts_attempts { self.state.lock().attempt(facts) } else { 1 };
        self.decide_by(&index.calls[facts.operation as usize], facts, attempt)
    }

    /// Decides what happens to a connection at a stage before any request, and counts it. `host` is what a TLS client asked
    /// for by name.
    pub fn decide_connection(&self, stage: Stage, host: Option<&str>, now: Timestamp) -> Plan {
        let index = self.index.load();
        let slots: Vec<Slot> = index.connections.iter().filter(|slot| slot.stage == stage).copied().collect();
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
                plan.rewrites.extend(limit.headers(verdict, facts.now));
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

/// Rules that are in force, by operation.
impl Index {
    fn empty() -> Index {
        Index { calls: vec![Vec::new(); OPERATIONS.len()], connections: Vec::new() }
    }
}

fn index(rules: &[Rule], switches: &Switches) -> Index {
    let mut index = Index::empty();
    for (number, rule) in rules.iter().enumerate().filter(|(_, rule)| !rule.disabled && switches.admit(&rule.switches))
    {
        for stage in rule.stages() {
            let slot = Slot { stage, rule: number };
            match &rule.matcher.operations {
                _ if stage.is_of_connections() => index.connections.push(slot),
                None => index.calls.iter_mut().for_each(|slots| slots.push(slot)),
                Some(operations) => operations.iter().for_each(|operation| index.calls[*operation as usize].push(slot)),
            }
        }
    }
    index.calls.iter_mut().for_each(|slots: &mut Vec<Slot>| slots.sort_by_key(|slot| (slot.stage, slot.rule)));
    index
}

impl State {
    /// The state of so many places that have counted nothing.
    fn of(rules: usize) -> State {
        State { automata: vec![HashMap::new(); rules], ..State::default() }
    }

    /// Counts the attempts of a request, this one included. Where too many are known already, a new one is a first attempt.
    fn attempt(&mut self, facts: &Facts<'_>) -> u64 {
        let identity = facts.request_identity();
        if self.attempts.len() >= MAX_KEYS && !self.attempts.contains_key(&identity) {
            return 1;
        }
        let count = self.attempts.entry(identity).or_default();
        *count += 1;
        *count
    }

    /// The rule has done something to a call of the key.
    fn fired(&mut self, place: usize, key: &str) {
        if let Some(automaton) = self.automata[place].get_mut(key) {
            automaton.fired += 1;
        }
    }

    /// Counts a call that matches a rule, and says what the rule makes of it.
    fn step(&mut self, place: usize, rule: &Rule, key: String, seed: Seed, facts: &Facts<'_>) -> Option<Fire> {
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
