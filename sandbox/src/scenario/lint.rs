//! What no single rule can know: names used twice, rules that can never fire, chance without a seed, variables nobody sets.

use std::collections::{BTreeMap, BTreeSet};

use bank_fixtures::document::{Value, suggest};

use super::connection;
use super::rule::Rule;
use crate::fault::Needs;
use crate::operation::{OPERATIONS, Operation};

/// Records every mistake that shows only when all rules are looked at together.
pub(super) fn lint(rules: &[(Rule, Value<'_>)], has_seed: bool) {
    let mut names = BTreeMap::new();
    let set: BTreeSet<&str> = rules
        .iter()
        .flat_map(|(rule, _)| rule.phases.iter().flat_map(|phase| &phase.effects))
        .flat_map(|group| group.sets.iter().map(|(name, _)| name.as_str()))
        .collect();
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
        connection::lint(rule, *value);
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
        for (variable, _) in &rule.when.state {
            if !set.contains(variable.as_str()) {
                let state = value.member("when").and_then(|when| when.member("state")).unwrap_or(place);
                let wrong = state.diagnostic(format!("no rule sets the variable `{variable}`"));
                let near = suggest(variable, set.iter().copied());
                let legal = format!("a rule with `do: {{set: {{{variable}: …}}}}`");
                value.document().record(wrong.suggestion(near).legal(legal));
            }
        }
    }
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
    let same_kind = later.stages().iter().all(|stage| stage.is_of_connections() == ends.is_of_connections());
    covered && same_kind && later.stages().iter().all(|stage| *stage >= ends)
}
