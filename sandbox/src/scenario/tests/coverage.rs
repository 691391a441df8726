//! Every word of the language is said by a shipped scenario, or stands in a list that only shrinks.

use std::collections::BTreeSet;

use bank_fixtures::document::Document;
use bank_fixtures::error_class::ERROR_CLASSES;
use serde_json::Value;

use super::*;
use crate::fault::{ERRORS, STAGES, words};
use crate::limit::HeaderFamily;
use crate::scenario::{deed, deliver, event, key, limit, matcher, phase, rule, timeline, when};
use crate::webhook::FORGERIES;

/// What no shipped scenario shows. Take out what one shows; put nothing in that one could.
const UNSHOWN: &[&str] = &[
    // An id depends on the seed, which is for whoever runs a shipped scenario to choose.
    "bank deed account",
];

/// Kinds of quotas, by a word only they have.
const QUOTAS: &[(&str, &str)] = &[
    ("quota fixed", " per "),
    ("quota rolling", "rolling"),
    ("quota per day", "per day"),
    ("quota bucket", "bucket"),
    ("quota leaky", "leaky"),
];

/// Ways a clock runs, and a delay waits.
const CLOCKS: &[&str] = &["start", "real", "scaled", "manual", "auto", "virtual"];

#[test]
fn every_word_is_said_by_a_shipped_scenario() {
    let said = said();
    let all = all();
    let unshown: Vec<&str> = all.iter().filter(|word| !said.contains(*word)).map(String::as_str).collect();
    assert_eq!(unshown, UNSHOWN, "left: what no shipped scenario shows; right: the list of what may be missing");
}

/// Every word of the tables.
fn all() -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    let mut add = |kind: &str, word: &str| {
        all.insert(format!("{kind} {word}"));
    };
    FAULTS.iter().for_each(|fault| add("fault", fault.slug));
    words().for_each(|(fault, word)| add(fault, word));
    STAGES.iter().for_each(|row| add("stage", row.1));
    ERROR_CLASSES.iter().for_each(|row| add("error class", row.1));
    matcher::MATCH_KEYS.iter().for_each(|row| add("match", row.0));
    when::WHEN_KEYS.iter().for_each(|row| add("when", row.0));
    phase::PHASE_KEYS.iter().for_each(|row| add("phase", row.0));
    rule::RULE_KEYS.iter().for_each(|row| add("rule", row.0));
    limit::LIMIT_KEYS.iter().for_each(|row| add("limit", row.0));
    key::KEYS.iter().for_each(|row| add("key", kind_of_key(row.0)));
    HeaderFamily::ALL.iter().for_each(|row| add("limit headers", row.1));
    FILE_KEYS.iter().for_each(|row| add("file", row.0));
    event::EVENT_RULE_KEYS.iter().for_each(|row| add("event rule", row.0));
    event::EVENT_WHEN_KEYS.iter().for_each(|key| add("event when", key));
    event::EVENT_ORDER_KEYS.iter().for_each(|key| add("event order", key));
    event::EVENT_KEYS.iter().for_each(|row| add("event key", row.0));
    deed::DEED_KEYS.iter().for_each(|row| add("deed", row.0));
    deed::BANK_DEED_KEYS.iter().for_each(|key| add("bank deed", key));
    deliver::DELIVER_RULE_KEYS.iter().for_each(|row| add("deliver rule", row.0));
    deliver::DELIVER_KEYS.iter().for_each(|row| add("deliver", row.0));
    FORGERIES.iter().for_each(|forgery| add("forgery", forgery.name));
    timeline::TIMELINE_KEYS.iter().for_each(|row| add("timeline", row.0));
    CLOCKS.iter().for_each(|word| add("clock", word));
    all.extend(QUOTAS.iter().map(|row| row.0.to_owned()));
    all
}

/// Every word the shipped scenarios say.
fn said() -> BTreeSet<String> {
    let mut said = BTreeSet::new();
    for file in ["faults", "journeys"].into_iter().flat_map(library::files) {
        let scenario = Scenario::compile(file.path, file.text).unwrap();
        let effects = scenario.rules.iter().flat_map(|rule| rule.phases.iter().flat_map(|phase| &phase.effects));
        said.extend(effects.map(|group| format!("stage {}", group.stage.name())));
        let document = Document::parse(file.path, file.text).unwrap();
        let json = crate::fault::json::of(document.root());
        say_keys("file", &json, &mut said);
        say_clock(&json["clock"], &mut said);
        let profiles = json["profiles"].as_object().into_iter().flatten();
        let inside = profiles.flat_map(|(_, profile)| list(profile.get("rules").unwrap_or(profile)));
        list(&json["rules"]).chain(inside).for_each(|rule| say_rule(rule, &mut said));
        for item in list(&json["timeline"]) {
            say_keys("timeline", item, &mut said);
            list(&item["do"]).for_each(|deed| say_deed(deed, &mut said));
        }
    }
    said
}

fn say_clock(clock: &Value, said: &mut BTreeSet<String>) {
    let words = [clock, &clock["mode"], &clock["delays"]].into_iter().filter_map(Value::as_str);
    said.extend(words.map(|word| format!("clock {word}")));
    say_keys("clock", clock, said);
    say_keys("clock", &clock["mode"], said);
}

fn say_event_rule(rule: &Value, said: &mut BTreeSet<String>) {
    say_keys("event rule", rule, said);
    say_keys("event when", &rule["when"], said);
    say_keys("event order", &rule["when"]["bank"], said);
    said.extend(list(&rule["key"]).filter_map(Value::as_str).map(|key| format!("event key {key}")));
    let phases = list(&rule["phases"]).flat_map(|phase| list(&phase["do"]));
    list(&rule["do"]).chain(phases).for_each(|deed| say_deed(deed, said));
}

fn say_deed(deed: &Value, said: &mut BTreeSet<String>) {
    say_keys("deed", deed, said);
    say_keys("bank deed", &deed["bank"], said);
}

fn say_rule(rule: &Value, said: &mut BTreeSet<String>) {
    if rule["deliver"].is_object() {
        say_keys("deliver rule", rule, said);
        say_keys("deliver", &rule["deliver"], said);
        said.extend(list(&rule["deliver"]["forge"]).filter_map(Value::as_str).map(|word| format!("forgery {word}")));
        return;
    }
    if !rule["event"].is_null() {
        return say_event_rule(rule, said);
    }
    say_keys("rule", rule, said);
    say_keys("match", &rule["match"], said);
    say_keys("when", &rule["when"], said);
    say_keys("match", &rule["when"]["unless"], said);
    say_keys("limit", &rule["limit"], said);
    for key in list(&rule["key"]).chain(list(&rule["limit"]["key"])).filter_map(Value::as_str) {
        said.insert(format!("key {}", kind_of_key(key)));
    }
    if let Some(quota) = rule["limit"]["quota"].as_str() {
        let kind = QUOTAS.iter().rev().find(|row| quota.contains(row.1)).expect("the reader knows the same kinds");
        said.insert(kind.0.to_owned());
        said.insert(format!("limit headers {}", rule["limit"]["headers"].as_str().unwrap_or("ietf")));
    }
    for phase in list(&rule["phases"]) {
        say_keys("phase", phase, said);
    }
    let phases = list(&rule["phases"]).flat_map(|phase| list(&phase["do"]));
    for effect in list(&rule["do"]).chain(phases).chain(list(&rule["limit"]["over"])) {
        say_effect(effect, said);
    }
}

fn say_effect(effect: &Value, said: &mut BTreeSet<String>) {
    for (fault, value) in effect.as_object().into_iter().flatten() {
        said.insert(format!("fault {fault}"));
        let texts = match value {
            Value::Object(members) => members
                .iter()
                .flat_map(|(key, value)| {
                    // A lie with what it takes is a mapping of its own.
                    let inner = value.as_object().and_then(|inner| inner.keys().next()).map(String::as_str);
                    [key.clone(), format!("{key}: {}", value.as_str().or(inner).unwrap_or_default())]
                })
                .collect(),
            other => vec![other.as_str().map_or_else(|| other.to_string(), str::to_owned)],
        };
        let named = words().filter(|(slug, word)| slug == fault && texts.iter().any(|text| text == word));
        said.extend(named.map(|(slug, word)| format!("{slug} {word}")));
        if fault == "error"
            && let Some(row) = ERRORS.iter().find(|row| Some(row.0) == value.as_str())
        {
            said.insert(format!("error class {}", row.1.class()));
        }
    }
}

fn say_keys(kind: &str, value: &Value, said: &mut BTreeSet<String>) {
    said.extend(value.as_object().into_iter().flatten().map(|(key, _)| format!("{kind} {key}")));
}

/// `header` of `header:NAME`.
fn kind_of_key(key: &str) -> &str {
    key.split(':').next().unwrap_or(key)
}

/// The items of a list, or the one value; nothing for null.
fn list(value: &Value) -> impl Iterator<Item = &Value> {
    let items = match value {
        Value::Array(items) => items.as_slice(),
        Value::Null => &[],
        other => std::slice::from_ref(other),
    };
    items.iter()
}
