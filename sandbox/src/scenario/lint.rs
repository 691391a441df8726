//! What no single key can know: names used twice, rules and phases that can never act, chance without a seed, variables
//! nobody sets, events nobody emits, conditions that no call can meet.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use bank_fixtures::document::{Value, suggest};
use bank_fixtures::duration;

use super::connection;
use super::deed::Deeds;
use super::effect::Group;
use super::event::EventRule;
use super::include::{Own, Rules};
use super::known;
use super::matcher::{self, Matcher};
use super::pattern::Texts;
use super::phase::{Length, Phase};
use super::rule::{Place, Rule};
use super::timeline::Item;
use crate::bank::BANK_EVENTS;
use crate::fault::Needs;
use crate::operation::{OPERATIONS, Operation};

/// What the file around the rules says that they must fit.
#[derive(Debug, Clone, Copy)]
pub(super) struct Around {
    /// Whether chance has a seed.
    pub(super) has_seed: bool,
    /// Virtual seconds per real second; zero for a clock that moves only when told.
    pub(super) pace: f64,
}

/// Records every mistake that shows only when all rules are looked at together. `beside` are rules of included files, which
/// were looked at by themselves already.
pub(super) fn lint(own: &Own<'_>, beside: &[&Rules], around: Around) {
    names(own);
    let said = Said::of(own, beside);
    let rules = &own.rules;
    for (index, (rule, value)) in rules.iter().enumerate() {
        let place = value.member("name").unwrap_or(*value);
        if let Some(by) = rules[..index].iter().map(|(earlier, _)| earlier).find(|earlier| shadows(earlier, rule)) {
            let message = format!("this rule can never fire: `{}` before it ends every one of its calls", by.name);
            place.refuse(message, "a narrower `match`, a condition or phases on the rule before, or another order");
        }
        connection::lint(rule, *value);
        if rule.when.chance.is_some() && !around.has_seed {
            let chance = value.member("when").and_then(|when| when.member("chance")).unwrap_or(place);
            chance.refuse("chance without a seed cannot be repeated", "a `seed:` at the top of the file: seed: 42");
        }
        if rule.when.chance.is_some_and(|chance| chance.odds().p <= 0.0) {
            let chance = value.member("when").and_then(|when| when.member("chance")).unwrap_or(place);
            chance.refuse("this rule can never fire: its chance is 0", "a chance above 0, or `disabled: true`");
        }
        needs(rule, place);
        variables(&rule.when.state, *value, &said.set);
        // What could not be read may be what emits it.
        if own.complete {
            awaited(&rule.phases, &said.emitted, *value);
        }
        conditions(rule, *value);
        phases(rule, *value);
        clocks(rule, *value, around.pace);
    }
    for (rule, value) in &own.events {
        let place = value.member("name").unwrap_or(*value);
        if rule.has_chance() && !around.has_seed {
            let chance = value.member("when").and_then(|when| when.member("chance")).unwrap_or(place);
            chance.refuse("chance without a seed cannot be repeated", "a `seed:` at the top of the file: seed: 42");
        }
        variables(&rule.when.state, *value, &said.set);
        if own.complete {
            awaited(&rule.phases, &said.emitted, *value);
            for name in rule.own_events().filter(|name| !said.emitted.contains(name)) {
                nobody_emits(name, &said.emitted, value.member("event").unwrap_or(place));
            }
        }
    }
}

/// What rules and timelines say to one another.
struct Said<'a> {
    /// The variables that are set, and to what.
    set: Vec<&'a (String, String)>,
    /// The events of the scenario's own.
    emitted: BTreeSet<&'a str>,
}

impl<'a> Said<'a> {
    fn of(own: &'a Own<'_>, beside: &[&'a Rules]) -> Said<'a> {
        let rules = own.rules.iter().map(|(rule, _)| rule).chain(beside.iter().flat_map(|it| &it.rules));
        let groups: Vec<&Group> = rules.flat_map(|rule: &Rule| &rule.phases).flat_map(|phase| &phase.effects).collect();
        let events = own.events.iter().map(|(rule, _)| rule).chain(beside.iter().flat_map(|it| &it.events));
        let on_events = events.flat_map(|rule: &EventRule| &rule.phases).flat_map(|phase| &phase.effects);
        let items = own.timeline.iter().chain(beside.iter().flat_map(|it| &it.timeline));
        let by_the_clock = items.flat_map(|item: &std::sync::Arc<Item>| &item.deeds);
        let deeds: Vec<&Deeds> = on_events.chain(by_the_clock).map(|deeds| &**deeds).collect();
        let by_calls = groups.iter().flat_map(|group| &group.sets);
        Said {
            set: by_calls.chain(deeds.iter().flat_map(|deeds| deeds.sets())).collect(),
            emitted: groups
                .iter()
                .filter_map(|group| group.emits.as_deref())
                .chain(deeds.iter().flat_map(|deeds| deeds.emits()))
                .collect(),
        }
    }
}

/// Rules of one name.
fn names(own: &Own<'_>) {
    let rules = own.rules.iter().map(|(rule, value)| (&rule.name, &rule.place, value));
    let events = own.events.iter().map(|(rule, value)| (&rule.name, &rule.place, value));
    let deliveries = own.deliveries.iter().map(|(rule, value)| (&rule.name, &rule.place, value));
    let mut all: Vec<_> = rules.chain(events).chain(deliveries).collect();
    all.sort_by_key(|(_, place, _)| place.line);
    let mut names: BTreeMap<&str, &Place> = BTreeMap::new();
    for (name, place, value) in all {
        if let Some(first) = names.insert(name, place) {
            let message = format!("two rules are called `{name}`; the first is in line {}", first.line);
            let place = value.member("name").unwrap_or(*value);
            place.refuse(message, "a name of its own for each rule: counts and draws belong to the name");
        }
    }
}

/// What the effects of a rule need around them.
fn needs(rule: &Rule, place: Value<'_>) {
    for need in rule.phases.iter().flat_map(|phase| &phase.effects).flat_map(|group| group.needs()) {
        match need {
            Needs::Limit if rule.limit.is_none() => place.refuse(
                "`retry_after: seconds` in a rule without a limit: there is nothing to compute it from",
                "a duration (retry_after: 2s), or the effect under `over` of a `limit`",
            ),
            Needs::Window if rule.when.clock.is_none() => place.refuse(
                "`window.end` in a rule without a window",
                "a window in `when: {clock: …}`, or a duration (http-date: 3s)",
            ),
            _ => {}
        }
    }
}

/// Variables that are asked for and that no rule sets, or sets to something else.
fn variables(asked: &[(String, Texts)], value: Value<'_>, set: &[&(String, String)]) {
    let names: BTreeSet<&str> = set.iter().map(|(name, _)| name.as_str()).collect();
    for (variable, texts) in asked {
        let state = value.member("when").and_then(|when| when.member("state")).unwrap_or(value);
        let legal = format!("a rule with `do: {{set: {{{variable}: …}}}}`");
        if !names.contains(variable.as_str()) {
            let wrong = state.diagnostic(format!("no rule sets the variable `{variable}`"));
            let near = suggest(variable, names.iter().copied());
            value.document().record(wrong.suggestion(near).legal(legal));
            continue;
        }
        // A variable is empty until a rule sets it.
        let mut values = set.iter().filter(|(name, _)| name == variable).map(|(_, value)| value.as_str()).chain([""]);
        if !values.any(|value| texts.any(value)) {
            let known: BTreeSet<&str> =
                set.iter().filter(|(name, _)| name == variable).map(|(_, value)| value.as_str()).collect();
            let known = known.into_iter().collect::<Vec<_>>().join(", ");
            let place = state.member(variable).unwrap_or(state);
            place.refuse(format!("no rule sets `{variable}` to this"), format!("{known}, or {legal}"));
        }
    }
}

/// Events of the scenario's own that a rule's phases wait for and nobody emits.
fn awaited<E>(phases: &[Phase<E>], emitted: &BTreeSet<&str>, rule: Value<'_>) {
    let list = rule.member("phases").and_then(Value::list).unwrap_or_default();
    for (phase, value) in phases.iter().zip(list) {
        if let Length::Until(name) = &phase.length
            && !name.contains('.')
            && !emitted.contains(&**name)
        {
            nobody_emits(name, emitted, value.member("until").unwrap_or(value));
        }
    }
}

fn nobody_emits(name: &str, emitted: &BTreeSet<&str>, place: Value<'_>) {
    let names = || OPERATIONS.iter().map(|row| row.1).chain(BANK_EVENTS.iter().map(|row| row.1));
    let near = suggest(name, names().chain(emitted.iter().copied()));
    let legal = format!("an event of `list events`, or `emit: {name}` in a rule or in the timeline");
    let wrong = place.diagnostic(format!("nothing emits the event `{name}`")).suggestion(near);
    place.document().record(wrong.legal(legal));
}

/// Conditions that no call of the rule's operations can meet.
fn conditions(rule: &Rule, value: Value<'_>) {
    let operations = operations(&rule.matcher);
    let named = |operations: &[Operation]| match operations {
        [one] => format!("no call of {one} has"),
        _ => "none of these operations' calls has".to_owned(),
    };
    let asked = |key: &str| value.member("match").and_then(|value| value.member(key));
    for key in ["page", "account"] {
        if let Some(place) = asked(key)
            && !operations.iter().any(|operation| matcher::carries(*operation, key))
        {
            let legal = names_of(|operation| matcher::carries(operation, key));
            place.refuse(format!("{} `{key}`", named(&operations)), format!("`{key}` with one of {legal}"));
        }
    }
    let bank = value.member("when").and_then(|when| when.member("bank"));
    for (key, place) in bank.and_then(Value::entries).unwrap_or_default() {
        let key = key.key_text();
        if !operations.iter().any(|operation| known::carries(*operation, key)) {
            let legal = names_of(|operation| known::carries(operation, key));
            place.refuse(format!("{} `{key}`", named(&operations)), format!("`{key}` with one of {legal}"));
        }
    }
    if let Some(unless) = rule.when.unless.as_ref().filter(|unless| unless.is_only_operations()) {
        let excluded = self::operations(unless);
        if operations.iter().all(|operation| excluded.contains(operation)) {
            let place = value.member("when").and_then(|when| when.member("unless")).unwrap_or(value);
            place.refuse(
                "this rule can never fire: `unless` holds for every call it matches",
                "a `match` that leaves something over, or a narrower `unless`",
            );
        }
    }
}

/// Phases that no call reaches, or that are over before the first call in them is.
fn phases(rule: &Rule, value: Value<'_>) {
    let places = value.member("phases").and_then(Value::list).unwrap_or_default();
    let most_calls = rule.when.count.as_ref().and_then(super::when::Count::most);
    // Calls that have gone into phases, and those of them that something happened to.
    let (mut calls, mut fired) = (0u64, 0u64);
    for (phase, place) in rule.phases.iter().zip(&places) {
        if most_calls.is_some_and(|most| calls >= most) {
            place.refuse(
                format!("this phase is never reached: `when: {{count: …}}` lets through {calls} calls, and those before use them up"),
                "fewer calls before it, or a wider `count`",
            );
        } else if !phase.effects.is_empty() && rule.max.is_some_and(|max| fired >= max) {
            place.refuse(
                "this phase never acts: `max` is used up by those before it",
                format!("a larger `max` than {fired}, or no effect in phases that need none"),
            );
        }
        match phase.length {
            Length::Calls(count) => {
                calls = calls.saturating_add(count);
                fired = fired.saturating_add(if phase.effects.is_empty() { 0 } else { count });
            }
            Length::For(length) if length.is_zero() => {
                let place = place.member("for").unwrap_or(*place);
                place.refuse("this phase is over before a call can be in it", "a duration above 0: for: 60s");
            }
            _ => {}
        }
    }
}

/// Phases measured on the world's clock whose effects take longer than they last: waits are real time, whatever the clock.
fn clocks(rule: &Rule, value: Value<'_>, pace: f64) {
    let places = value.member("phases").and_then(Value::list).unwrap_or_default();
    for (phase, place) in rule.phases.iter().zip(&places) {
        let Length::For(length) = phase.length else { continue };
        let waits = phase.effects.iter().map(Group::least).max().unwrap_or_default();
        if !waits.is_zero() && !length.is_zero() && waits.as_secs_f64() * pace >= length.as_secs_f64() {
            let place = place.member("for").unwrap_or(*place);
            let taken = Duration::try_from_secs_f64(waits.as_secs_f64() * pace).unwrap_or(Duration::MAX);
            let message = format!(
                "this phase is over before its first call is: that takes {} of real time, {} on the world's clock",
                duration::text(waits),
                duration::text(taken),
            );
            place.refuse(message, "a longer `for`, a shorter wait, or `calls: N`");
        }
    }
}

/// `true` if `earlier` ends every call that `later` matches before `later` is asked.
fn shadows(earlier: &Rule, later: &Rule) -> bool {
    let Some(ends) = earlier.ends_every_call() else { return false };
    // Who can be switched off alone leaves the calls to the other.
    let together = earlier.switches.iter().all(|switch| later.switches.contains(switch));
    let covering = operations(&earlier.matcher);
    let covered = operations(&later.matcher).iter().all(|operation| covering.contains(operation));
    let same_kind = later.stages().iter().all(|stage| stage.is_of_connections() == ends.is_of_connections());
    together && covered && same_kind && later.stages().iter().all(|stage| *stage >= ends)
}

fn operations(matcher: &Matcher) -> Vec<Operation> {
    matcher.operations.clone().unwrap_or_else(|| OPERATIONS.iter().map(|row| row.0).collect())
}

fn names_of(carries: impl Fn(Operation) -> bool) -> String {
    OPERATIONS.iter().filter(|row| carries(row.0)).map(|row| row.1).collect::<Vec<_>>().join(", ")
}
