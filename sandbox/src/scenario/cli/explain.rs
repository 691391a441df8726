//! A scenario as a time line: what the n-th call will get; and what one fault does.

use std::sync::Arc;

use super::{UnknownName, columns};
use crate::fault::{FAULTS, Fault};
use crate::operation::OPERATIONS;
use crate::scenario::effect::Group;
use crate::scenario::event::EventRule;
use crate::scenario::phase::{Length, Phase};
use crate::scenario::rule::Rule;
use crate::scenario::{Deeds, Scenario};

/// What each rule of a scenario does to which calls, call by call.
pub fn scenario(scenario: &Scenario) -> String {
    let mut text = scenario.name().to_owned();
    if let Some(title) = scenario.title() {
        text += &format!(": {title}");
    }
    text.push('\n');
    if !scenario.covers().is_empty() {
        text += &format!("covers {}\n", scenario.covers().join(", "));
    }
    for rule in &scenario.rules {
        text += &format!("\n{}\n", self::rule(rule));
    }
    for rule in &scenario.events {
        text += &format!("\n{}\n", event_rule(rule));
    }
    for rule in scenario.deliveries() {
        text += &format!("\nrule {}\n  webhooks\n  {}\n", rule.name, rule.words);
    }
    if !scenario.timeline().is_empty() {
        let rows = scenario.timeline().iter().flat_map(|item| {
            item.deeds.iter().map(|deeds| vec![item.name.to_string(), item.when(), deeds.words.to_string()])
        });
        text += &format!("\ntimeline\n{}\n", columns(&rows.collect::<Vec<_>>(), "  ").trim_end());
    }
    if scenario.rules.is_empty()
        && scenario.events.is_empty()
        && scenario.deliveries.is_empty()
        && scenario.timeline().is_empty()
    {
        text += "\nno rules: every bank behaves well\n";
    }
    let expect = scenario.expect();
    let named = |checks: &[bank_fixtures::expectation::ExpectedCheck]| {
        checks.iter().map(|check| check.slug.as_str()).collect::<Vec<_>>().join(", ")
    };
    if !expect.client.is_empty() {
        text += &format!("\na client is judged by: {}\n", named(&expect.client));
    }
    if !expect.bank.is_empty() {
        text += &format!("\nbank checks that must fail: {}\n", named(&expect.bank));
    }
    text
}

fn rule(rule: &Rule) -> String {
    let off = if rule.disabled { " (disabled)" } else { "" };
    let tags = if rule.tags.is_empty() { String::new() } else { format!(" [{}]", rule.tags.join(", ")) };
    let operations = match &rule.matcher.operations {
        None => "every operation".to_owned(),
        Some(all) if all.len() == OPERATIONS.len() => "every operation".to_owned(),
        Some(operations) => operations.iter().map(|operation| operation.name()).collect::<Vec<_>>().join(", "),
    };
    let mut text = format!("rule {}{off}{tags}\n  {operations}; counted per {}", rule.name, rule.key.words());
    let conditions = [&rule.asks.0, &rule.asks.1];
    for condition in conditions.into_iter().flatten() {
        text += &format!("\n  {condition}");
    }
    if let Some(max) = rule.max {
        text += &format!("\n  at most {max} times per key");
    }
    text.push('\n');
    text + columns(&rows(rule), "  ").trim_end()
}

/// What a rule about events does, event by event.
fn event_rule(rule: &EventRule) -> String {
    let off = if rule.disabled { " (disabled)" } else { "" };
    let mut text = format!("rule {}{off}\n  on {}", rule.name, rule.asks.0);
    if let Some(condition) = &rule.asks.1 {
        text += &format!("\n  {condition}");
    }
    if let Some(max) = rule.max {
        text += &format!("\n  at most {max} times per key");
    }
    text.push('\n');
    let row = |calls: &str, deeds: &Arc<Deeds>| vec![calls.to_owned(), deeds.words.to_string()];
    text + columns(&stretches(&rule.phases, "event", row), "  ").trim_end()
}

/// One row per phase and effect: which calls, at which stage, what.
fn rows(rule: &Rule) -> Vec<Vec<String>> {
    let mut rows = Vec::new();
    if let Some(limit) = &rule.limit {
        rows.push(vec!["within the limit".to_owned(), format!("passes ({} calls)", limit.policy.limit())]);
        let over = limit
            .over
            .iter()
            .map(|group| vec!["above it".to_owned(), group.stage.name().to_owned(), group.words.to_string()]);
        rows.extend(over);
        return rows;
    }
    let row =
        |calls: &str, group: &Group| vec![calls.to_owned(), group.stage.name().to_owned(), group.words.to_string()];
    rows.extend(stretches(&rule.phases, "call", row));
    rows
}

/// One row per phase and effect; `what` is counted: calls or events.
fn stretches<E>(phases: &[Phase<E>], what: &str, row: impl Fn(&str, &E) -> Vec<String>) -> Vec<Vec<String>> {
    let mut rows = Vec::new();
    // Numbers are known until a phase ends by time or event.
    let mut next = Some(1u64);
    for phase in phases {
        let calls = match (&phase.length, next) {
            (Length::Calls(1), Some(first)) => format!("{what} {first}"),
            (Length::Calls(count), Some(first)) => format!("{what}s {first} to {}", first + count - 1),
            (Length::Calls(count), None) => format!("then {count} {what}s"),
            (Length::For(length), _) => format!("for {}", bank_fixtures::duration::text(*length)),
            (Length::Until(name), _) if OPERATIONS.iter().any(|row| row.1 == &**name) => {
                format!("until {name} succeeds")
            }
            (Length::Until(name), _) => format!("until {name}"),
            (Length::Forever, Some(1)) => format!("every {what}"),
            (Length::Forever, Some(first)) => format!("from {what} {first}"),
            (Length::Forever, None) => "from then on".to_owned(),
        };
        next = match phase.length {
            Length::Calls(count) => next.map(|first| first + count),
            _ => None,
        };
        if phase.effects.is_empty() {
            rows.push(vec![calls.clone(), "passes".to_owned()]);
        }
        for (index, effect) in phase.effects.iter().enumerate() {
            rows.push(row(if index == 0 { &calls } else { "" }, effect));
        }
    }
    if !matches!(phases.last().map(|phase| &phase.length), Some(Length::Forever)) {
        let calls = next.map_or("from then on".to_owned(), |first| format!("from {what} {first}"));
        rows.push(vec![calls, "passes".to_owned()]);
    }
    rows
}

/// What one fault does, what it takes, and where it can take place.
///
/// # Errors
/// There is no such fault.
pub fn fault(slug: &str) -> Result<String, UnknownName> {
    let names = FAULTS.iter().map(|fault| fault.slug);
    let fault = Fault::find(slug).ok_or_else(|| UnknownName::new("a fault", slug, names))?;
    let stages: Vec<&str> = fault.stages.iter().map(|stage| stage.name()).collect();
    let example =
        if fault.example.starts_with('{') { fault.example.to_owned() } else { format!("{{ {} }}", fault.example) };
    Ok(format!(
        "{slug} ({layer})\n\n  {about}\n\n  takes   {legal}\n  stages  {stages}\n  as in   do: {example}\n",
        layer = fault.layer.name(),
        about = fault.about,
        legal = fault.legal,
        stages = stages.join(", "),
    ))
}
