//! What no single rule can know: names used twice, rules that can never fire, chance without a seed, variables nobody sets.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use bank_fixtures::document::{Value, suggest};

use super::deed::Deeds;
use super::deliver::DeliverRule;
use super::event::EventRule;
use super::phase::{Length, Phase};
use super::rule::Rule;
use super::timeline::Item;
use crate::bank::BANK_EVENTS;
use crate::fault::Needs;
use crate::operation::{OPERATIONS, Operation};

/// What is known about the whole file.
pub(super) struct Seen {
    /// It names a seed.
    pub(super) has_seed: bool,
    /// Every rule and item could be read: what none of them emits is emitted nowhere.
    pub(super) complete: bool,
}

/// Records every mistake that shows only when all rules are looked at together.
pub(super) fn lint(
    rules: &[(Rule, Value<'_>)],
    events: &[(EventRule, Value<'_>)],
    deliveries: &[(Arc<DeliverRule>, Value<'_>)],
    timeline: &[Arc<Item>],
    Seen { has_seed, complete }: Seen,
) {
    let mut names = BTreeMap::new();
    let set: BTreeSet<&str> = rules
        .iter()
        .flat_map(|(rule, _)| rule.phases.iter().flat_map(|phase| &phase.effects))
        .flat_map(|group| group.sets.iter().map(|(name, _)| name.as_str()))
        .chain(deeds(events, timeline).flat_map(Deeds::sets))
        .collect();
    let by_calls = rules
        .iter()
        .flat_map(|(rule, _)| rule.phases.iter().flat_map(|phase| &phase.effects))
        .filter_map(|group| group.emits.as_deref());
    let emitted: BTreeSet<&str> = deeds(events, timeline).flat_map(Deeds::emits).chain(by_calls).collect();
    for (index, (rule, value)) in rules.iter().enumerate() {
        let place = value.member("name").unwrap_or(*value);
        if let Some(first) = names.insert(rule.name.to_string(), index) {
            let message = format!("two rules are called `{}`; the first is number {}", rule.name, first + 1);
            place.refuse(message, "a name of its own for each rule: counts and draws belong to the name");
        }
        if let Some(by) = rules[..index].iter().map(|(earlier, _)| earlier).find(|earlier| shadows(earlier, rule)) {
            let message = format!("this rule can never fire: `{}` before it ends every one of its calls", by.name);
            place.refuse(message, "a narrower `match`, a condition or phases on the rule before, or another order");
        }
        if rule.when.chance.is_some() && !has_seed {
            let chance = value.member("when").and_then(|when| when.member("chance")).unwrap_or(place);
            chance.refuse("chance without a seed cannot be repeated", "a `seed:` at the top of the file: seed: 42");
        }
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
        variables(rule.when.state.iter().map(|(name, _)| name.as_str()), &set, *value);
        if complete {
            awaited(&rule.phases, &emitted, *value);
        }
    }
    for (rule, value) in deliveries {
        let place = value.member("name").unwrap_or(*value);
        if names.insert(rule.name.to_string(), names.len()).is_some() {
            let message = format!("two rules are called `{}`", rule.name);
            place.refuse(message, "a name of its own for each rule: counts and draws belong to the name");
        }
    }
    for (rule, value) in events {
        let place = value.member("name").unwrap_or(*value);
        if names.insert(rule.name.to_string(), names.len()).is_some() {
            let message = format!("two rules are called `{}`", rule.name);
            place.refuse(message, "a name of its own for each rule: counts and draws belong to the name");
        }
        if rule.has_chance() && !has_seed {
            let chance = value.member("when").and_then(|when| when.member("chance")).unwrap_or(place);
            chance.refuse("chance without a seed cannot be repeated", "a `seed:` at the top of the file: seed: 42");
        }
        variables(rule.state().map(String::as_str), &set, *value);
        if !complete {
            continue;
        }
        awaited(&rule.phases, &emitted, *value);
        for own in rule.own_events().filter(|name| !emitted.contains(name)) {
            nobody_emits(own, &emitted, value.member("event").unwrap_or(place));
        }
    }
}

/// Everything that happens on events and by the clock.
fn deeds<'a>(events: &'a [(EventRule, Value<'_>)], timeline: &'a [Arc<Item>]) -> impl Iterator<Item = &'a Deeds> {
    let on_events = events.iter().flat_map(|(rule, _)| rule.phases.iter().flat_map(|phase| &phase.effects));
    on_events.chain(timeline.iter().flat_map(|item| &item.deeds)).map(|deeds| &**deeds)
}

/// Records the variables a rule asks for that nobody sets.
fn variables<'a>(asked: impl Iterator<Item = &'a str>, set: &BTreeSet<&str>, rule: Value<'_>) {
    for variable in asked.filter(|variable| !set.contains(variable)) {
        let state = rule.member("when").and_then(|when| when.member("state")).unwrap_or(rule);
        let wrong = state.diagnostic(format!("no rule sets the variable `{variable}`"));
        let near = suggest(variable, set.iter().copied());
        let legal = format!("a rule with `do: {{set: {{{variable}: …}}}}`");
        rule.document().record(wrong.suggestion(near).legal(legal));
    }
}

/// Records the events of the scenario's own that a rule's phases wait for and nobody emits.
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
    let legal = format!("an event of `list events`, or `emit: {name}` in an event rule or in the timeline");
    place
        .document()
        .record(place.diagnostic(format!("nothing emits the event `{name}`")).suggestion(near).legal(legal));
}

/// `true` if `earlier` ends every call that `later` matches before `later` is asked.
fn shadows(earlier: &Rule, later: &Rule) -> bool {
    let Some(ends) = earlier.ends_every_call() else { return false };
    let covers = |operation: Operation| match &earlier.matcher.operations {
        None => true,
        Some(operations) => operations.contains(&operation),
    };
    let all = || OPERATIONS.iter().map(|row| row.0).collect::<Vec<_>>();
    let covered = later.matcher.operations.clone().unwrap_or_else(all).into_iter().all(covers);
    covered && later.stages().iter().all(|stage| *stage >= ends)
}
