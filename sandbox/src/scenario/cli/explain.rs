//! A scenario as a time line: what the n-th call will get; and what one fault does.

use bank_fixtures::seed::Seed;

use super::{UnknownName, columns};
use crate::fault::{FAULTS, Fault};
use crate::operation::OPERATIONS;
use crate::scenario::Scenario;
use crate::scenario::engine::draws_of;
use crate::scenario::phase::Length;
use crate::scenario::rule::Rule;

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
    if scenario.rules.is_empty() {
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

fn rule(rule: &Rule, scenario: &Scenario) -> String {
    let active = |name: &str| scenario.profiles.iter().any(|profile| &*profile.name == name && profile.active);
    let off = match &rule.profile {
        _ if rule.disabled => " (disabled)".to_owned(),
        Some(profile) if active(profile) => format!(" (profile {profile})"),
        Some(profile) => format!(" (profile {profile}, off until it is switched on)"),
        None => String::new(),
    };
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
    // Call numbers are known until a phase ends by time or event.
    let mut next = Some(1u64);
    for phase in &rule.phases {
        let calls = match (&phase.length, next) {
            (Length::Calls(1), Some(first)) => format!("{one} {first}"),
            (Length::Calls(count), Some(first)) => format!("{one}s {first} to {}", first + count - 1),
            (Length::Calls(count), None) => format!("then {count} {one}s"),
            (Length::For(length), _) => format!("for {}", bank_fixtures::duration::text(*length)),
            (Length::Until(event), _) => format!("until {event} succeeds"),
            (Length::Forever, Some(1)) => format!("every {one}"),
            (Length::Forever, Some(first)) => format!("from {one} {first}"),
            (Length::Forever, None) => "from then on".to_owned(),
        };
        next = match phase.length {
            Length::Calls(count) => next.map(|first| first + count),
            _ => None,
        };
        if phase.effects.is_empty() {
            rows.push(vec![calls.clone(), "passes".to_owned()]);
        }
        for (index, group) in phase.effects.iter().enumerate() {
            let calls = if index == 0 { calls.clone() } else { String::new() };
            rows.push(vec![calls, group.stage.name().to_owned(), group.words.to_string()]);
        }
    }
    if !matches!(rule.phases.last().map(|phase| &phase.length), Some(Length::Forever)) {
        let calls = next.map_or("from then on".to_owned(), |first| format!("from {one} {first}"));
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
