//! Decides what a scenario makes of each call.
//!
//! Rules are indexed by operation, so a rule that cannot match one costs it nothing. A decision is one critical section
//! without any I/O; every rule has one automaton per key (calls seen, phase, calls in the phase), which is why a phase of
//! three calls is given to exactly three calls in any interleaving.

use std::collections::HashMap;
use std::sync::Arc;

use bank_fixtures::seed::Seed;
use jiff::Timestamp;
use parking_lot::{Mutex, MutexGuard};

use super::Scenario;
use super::chance::Block;
use super::facts::Facts;
use super::phase::Length;
use super::rule::Rule;
use crate::fault::{Moment, Plan, Provenance, Stage};
use crate::limit::{self, Verdict};
use crate::operation::OPERATIONS;

/// Keys one rule counts separately; calls of further keys pass, as if the rule were not there.
const MAX_KEYS: usize = 100_000;

/// The rules of one world with everything they have counted.
#[derive(Debug)]
pub struct Engine {
    scenario: Option<Arc<Scenario>>,
    seed: Seed,
    /// For each operation, which rule may act at which stage, in the order they are asked.
    index: Vec<Vec<Slot>>,
    /// Events some phase waits for.
    awaited: Vec<Arc<str>>,
    state: Mutex<State>,
}

#[derive(Debug, Clone, Copy)]
struct Slot {
    stage: Stage,
    rule: usize,
}

/// What the rules of a world remember.
#[derive(Debug, Clone, Default)]
struct State {
    /// By rule, then by key.
    automata: Vec<HashMap<String, Automaton>>,
    /// By rule, then by the key of its limit.
    limits: Vec<HashMap<String, limit::Automaton>>,
    variables: HashMap<String, String>,
    /// How often each awaited event has happened.
    events: Events,
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
    phase: usize,
    n: u64,
    draw: Option<f64>,
    chance: Seed,
    in_phase: std::time::Duration,
    window_end: Option<Timestamp>,
    verdict: Option<Verdict>,
}

impl Engine {
    /// An engine without rules.
    pub fn empty(seed: Seed) -> Engine {
        let index = vec![Vec::new(); OPERATIONS.len()];
        Engine { scenario: None, seed, index, awaited: Vec::new(), state: Mutex::default() }
    }

    /// An engine for a scenario; `seed` is the world's.
    pub fn new(scenario: Arc<Scenario>, seed: Seed) -> Engine {
        let mut index = vec![Vec::new(); OPERATIONS.len()];
        let mut awaited = Vec::new();
        for (number, rule) in scenario.rules.iter().enumerate().filter(|(_, rule)| !rule.disabled) {
            for stage in rule.stages() {
                let slot = Slot { stage, rule: number };
                match &rule.matcher.operations {
                    None => index.iter_mut().for_each(|slots| slots.push(slot)),
                    Some(operations) => operations.iter().for_each(|operation| index[*operation as usize].push(slot)),
                }
            }
            awaited.extend(rule.phases.iter().filter_map(|phase| match &phase.length {
                Length::Until(event) => Some(Arc::clone(event)),
                _ => None,
            }));
        }
        awaited.extend(scenario.events.iter().flat_map(|rule| rule.awaits()));
        for slots in &mut index {
            slots.sort_by_key(|slot| (slot.stage, slot.rule));
        }
        let state = State::of(scenario.rules.len());
        Engine { scenario: Some(scenario), seed, index, awaited, state: Mutex::new(state) }
    }

    /// An engine for a changed scenario: rules that are written as before keep what they have counted.
    #[must_use]
    pub fn reloaded(&self, scenario: Arc<Scenario>, seed: Seed) -> Engine {
        let engine = Engine::new(scenario, seed);
        if self.seed == seed
            && let (Some(old), Some(new)) = (&self.scenario, &engine.scenario)
        {
            let kept = self.state.lock();
            let mut state = engine.state.lock();
            for (number, rule) in new.rules.iter().enumerate() {
                let same = |old: &Rule| old.source == rule.source;
                if let Some(before) = old.rules.iter().position(same) {
                    state.automata[number] = kept.automata[before].clone();
                    state.limits[number] = kept.limits[before].clone();
                }
            }
            state.variables = kept.variables.clone();
            state.events = kept.events.clone();
        }
        engine
    }

    /// The same engine with a copy of everything it has counted.
    #[must_use]
    pub fn fork(&self) -> Engine {
        Engine {
            scenario: self.scenario.clone(),
            seed: self.seed,
            index: self.index.clone(),
            awaited: self.awaited.clone(),
            state: Mutex::new(self.state.lock().clone()),
        }
    }

    /// The scenario it decides by; `None` for an engine without rules.
    pub fn scenario(&self) -> Option<&Arc<Scenario>> {
        self.scenario.as_ref()
    }

    /// Forgets everything that was counted.
    pub fn reset(&self) {
        let mut state = self.state.lock();
        *state = State::of(state.automata.len());
    }

    /// Decides what happens to a call, and counts it.
    pub fn decide(&self, facts: &Facts<'_>) -> Plan {
        let mut plan = Plan::default();
        let slots = &self.index[facts.operation as usize];
        let Some(scenario) = &self.scenario else { return plan };
        let mut state: Option<MutexGuard<'_, State>> = None;
        let mut asked: Vec<(usize, Option<Fire>)> = Vec::new();
        for slot in slots {
            let rule = &scenario.rules[slot.rule];
            let known = asked.iter().position(|(number, _)| *number == slot.rule);
            let known = match known {
                Some(known) => known,
                None => {
                    if !rule.matcher.matches(facts) || !rule.when.admits(facts) {
                        continue;
                    }
                    let key = rule.key.of(facts);
                    let state = state.get_or_insert_with(|| self.state.lock());
                    let seed = self.seed.of(scenario.name()).of(&rule.name).of(&key);
                    asked.push((slot.rule, state.step(slot.rule, rule, key, seed, facts)));
                    asked.len() - 1
                }
            };
            let Some(fire) = &asked[known].1 else { continue };
            let ended = carry_out(rule, fire, slot.stage, facts, &mut plan, &mut state);
            if ended {
                break;
            }
        }
        plan
    }

    /// Tells that a call of this operation succeeded: phases that wait `until` it end. Cheap if none does.
    pub fn happened(&self, event: &str) {
        if let Some(event) = self.awaited.iter().find(|awaited| ***awaited == *event) {
            *self.state.lock().events.entry(Arc::clone(event)).or_default() += 1;
        }
    }
}

impl Engine {
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
}

/// Applies the effects a rule has at a stage; `true` if they end the request.
fn carry_out(
    rule: &Rule,
    fire: &Fire,
    stage: Stage,
    facts: &Facts<'_>,
    plan: &mut Plan,
    state: &mut Option<MutexGuard<'_, State>>,
) -> bool {
    if let (Some(limit), Some(verdict)) = (&rule.limit, &fire.verdict) {
        if !plan.rewrites.iter().any(|rewrite| limit.tells(rewrite)) {
            plan.rewrites.extend(limit.headers(verdict));
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
        if let Some(state) = state {
            state.variables.extend(group.sets.iter().cloned());
        }
        plan.because.push(Provenance {
            rule: rule.name.to_string(),
            phase: fire.phase,
            n: fire.n,
            draw: fire.draw,
            effect: group.words.to_string(),
        });
        if group.is_terminal() {
            return true;
        }
    }
    false
}

impl State {
    /// The state of so many rules that have counted nothing.
    fn of(rules: usize) -> State {
        State { automata: vec![HashMap::new(); rules], limits: vec![HashMap::new(); rules], ..State::default() }
    }

    /// Asks the limit of a rule for one call; `None` if the rule has no limit.
    fn grant(&mut self, number: usize, rule: &Rule, facts: &Facts<'_>) -> Option<Verdict> {
        let limit = rule.limit.as_ref()?;
        let key = limit.key.as_ref().unwrap_or(&rule.key).of(facts);
        let automata = &mut self.limits[number];
        if automata.len() >= MAX_KEYS && !automata.contains_key(&key) {
            automata.retain(|_, automaton| !automaton.is_at_rest(&limit.policy, facts.now));
        }
        let automaton = automata.entry(key).or_insert_with(|| limit::Automaton::new(&limit.policy, facts.now));
        let verdict = automaton.check(&limit.policy, facts.now);
        if limit.counts_all && !verdict.allowed {
            automaton.charge(&limit.policy, facts.now);
        }
        Some(verdict)
    }

    /// Counts a call that matches a rule, and says what the rule makes of it.
    fn step(&mut self, number: usize, rule: &Rule, key: String, seed: Seed, facts: &Facts<'_>) -> Option<Fire> {
        let variables = &self.variables;
        let value = |name: &String| variables.get(name).map_or("", String::as_str);
        if !rule.when.state.iter().all(|(name, texts)| texts.any(value(name))) {
            return None;
        }
        let automata = &mut self.automata[number];
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
        let verdict = self.grant(number, rule, facts);
        let automaton = self.automata[number].get_mut(&key)?;
        if rule.phases[phase].effects.is_empty() || rule.max.is_some_and(|max| automaton.fired >= max) {
            return None;
        }
        automaton.fired += u64::from(verdict.is_none_or(|verdict| !verdict.allowed));
        let window_end = rule.when.clock.as_ref().and_then(|window| window.end(facts.now));
        let in_phase = facts.now.duration_since(automaton.entered).unsigned_abs();
        Some(Fire { phase, n, draw, chance: seed.of("effect").at(n), in_phase, window_end, verdict })
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
