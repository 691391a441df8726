//! A scenario as a time line: what the n-th call will get; and what one fault does.

use std::sync::Arc;

use bank_fixtures::seed::Seed;

use super::{UnknownName, columns};
use crate::fault::{FAULTS, Fault};
use crate::operation::OPERATIONS;
use crate::scenario::effect::Group;
use crate::scenario::engine::draws_of;
use crate::scenario::event::EventRule;
use crate::scenario::phase::{Length, Phase};
use crate::scenario::rule::Rule;
use crate::scenario::{Deeds, Scenario};

/// Calls of a block that are named one by one.
const MOST_HITS: usize = 20;

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
        text += &format!("\n{}\n", self::rule(rule, scenario));
    }
    if !scenario.included().is_empty() {
        text += &format!("\nincludes {}\n", scenario.included().join(", "));
    }
    for rule in &scenario.events {
        text += &format!("\n{}\n", event_rule(rule, scenario));
    }
    for rule in scenario.deliveries() {
        let heading = heading(&rule.name, rule.disabled, rule.profile.as_ref(), &rule.switches, scenario);
        text += &format!("\n{heading}\n  webhooks\n  {}\n", rule.words);
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
    if let Some(why) = &expect.no_bank {
        text += &format!("\nno bank check must fail: {why}\n");
    }
    text
}

/// The name of a rule, whether it is in force at first, and its tags.
fn heading(
    name: &str,
    disabled: bool,
    profile: Option<&Arc<str>>,
    switches: &[Arc<str>],
    scenario: &Scenario,
) -> String {
    let active = |name: &str| scenario.profiles.iter().any(|profile| &*profile.name == name && profile.active);
    let off = match profile {
        _ if disabled => " (disabled)".to_owned(),
        Some(profile) if active(profile) => format!(" (profile {profile})"),
        Some(profile) => format!(" (profile {profile}, off until it is switched on)"),
        None => String::new(),
    };
    // The profile is the first switch; the others are tags.
    let tags = &switches[usize::from(profile.is_some())..];
    let tags = if tags.is_empty() { String::new() } else { format!(" [{}]", tags.join(", ")) };
    format!("rule {name}{off}{tags}")
}

fn rule(rule: &Rule, scenario: &Scenario) -> String {
    let heading = heading(&rule.name, rule.disabled, rule.profile.as_ref(), &rule.switches, scenario);
    let operations = match &rule.matcher.operations {
        None => "every operation".to_owned(),
        Some(all) if all.len() == OPERATIONS.len() => "every operation".to_owned(),
        Some(operations) => operations.iter().map(|operation| operation.name()).collect::<Vec<_>>().join(", "),
    };
    let mut text = format!("{heading}\n  {operations}; counted per {}", rule.key.words());
    let conditions = [&rule.asks.0, &rule.asks.1];
    for condition in conditions.into_iter().flatten() {
        text += &format!("\n  {condition}");
    }
    if let Some(hits) = hits(rule, scenario) {
        text += &format!("\n  {hits}");
    }
    if let Some(window) = window(rule, scenario) {
        text += &format!("\n  {window}");
    }
    if let Some(max) = rule.max {
        text += &format!("\n  at most {max} times per key");
    }
    text.push('\n');
    text + columns(&rows(rule), "  ").trim_end()
}

/// For an exact chance that the world counts: which calls of the first block it hits.
fn hits(rule: &Rule, scenario: &Scenario) -> Option<String> {
    let (chance, seed) = (rule.when.chance?, scenario.seed()?);
    let block = chance.odds().block.filter(|_| rule.key.is_world())?;
    let draws = draws_of(Seed::new(seed), scenario.name(), &rule.name, "");
    let mut order = None;
    let hits: Vec<String> =
        (1..=block).filter(|n| chance.hits(draws, *n, &mut order).0).map(|n| n.to_string()).collect();
    let shown = hits.len().min(MOST_HITS);
    let more = if hits.len() > shown { format!(" and {} more", hits.len() - shown) } else { String::new() };
    let calls = if hits.len() == 1 { "call" } else { "calls" };
    Some(format!("of the first {block} calls hits {calls} {}{more} (seed {seed})", hits[..shown].join(", ")))
}

/// For a window, on a clock with a known start: when it opens first.
fn window(rule: &Rule, scenario: &Scenario) -> Option<String> {
    let start = scenario.clock()?.start?;
    let window = rule.when.clock.as_ref()?;
    Some(match window.next(start) {
        Some((begin, end)) if begin <= start => format!("open at the start of the clock, until {end}"),
        Some((begin, end)) => format!("first open from {begin} to {end}"),
        None => "over when the clock starts".to_owned(),
    })
}

/// What a rule about events does, event by event.
fn event_rule(rule: &EventRule, scenario: &Scenario) -> String {
    let mut text = heading(&rule.name, rule.disabled, rule.profile.as_ref(), &rule.switches, scenario);
    text += &format!("\n  on {}", rule.asks.0);
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
        let quota = &limit.words;
        rows.push(vec!["within the limit".to_owned(), format!("passes ({quota})")]);
        let over = limit
            .over
            .iter()
            .map(|group| vec!["above it".to_owned(), group.stage.name().to_owned(), group.words.to_string()]);
        rows.extend(over);
        return rows;
    }
    // Phases count what gets through to them: with a chance or a count, that is not every call.
    let one = if rule.when.chance.is_some() || rule.when.count.is_some() { "hit" } else { "call" };
    let row =
        |calls: &str, group: &Group| vec![calls.to_owned(), group.stage.name().to_owned(), group.words.to_string()];
    rows.extend(stretches(&rule.phases, one, row));
    rows
}

/// One row per phase and effect; `what` is counted: calls, hits or events.
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
