//! The JSON Schema of scenario files, so that editors complete and validate them. Made from the same tables as the reader.

use serde_json::{Map, Value, json};

use crate::bank::BANK_EVENTS;
use crate::fault::{ERRORS, FAULTS, STAGES};
use crate::limit::HeaderFamily;
use crate::operation::OPERATIONS;
use crate::scenario::FILE_KEYS;
use crate::scenario::deed::{BANK_KEYS, DEED_KEYS};
use crate::scenario::deliver::{DELIVER_KEYS, DELIVER_RULE_KEYS};
use crate::scenario::event::EVENT_RULE_KEYS;
use crate::scenario::key::KEYS;
use crate::scenario::limit::LIMIT_KEYS;
use crate::scenario::matcher::MATCH_KEYS;
use crate::scenario::phase::PHASE_KEYS;
use crate::scenario::rule::RULE_KEYS;
use crate::scenario::timeline::TIMELINE_KEYS;
use crate::scenario::when::WHEN_KEYS;

/// The schema as JSON text (draft 2020-12).
pub fn schema() -> String {
    let slug = json!({"type": "string", "pattern": "^[a-z0-9]+(-[a-z0-9]+)*$"});
    let operations: Vec<&str> = OPERATIONS.iter().map(|row| row.1).collect();
    let operation = json!({"anyOf": [{"enum": operations}, {"type": "string", "pattern": "\\*"}]});
    let events: Vec<&str> = BANK_EVENTS.iter().map(|row| row.1).collect();
    let until = [operations.clone(), events.clone()].concat();
    let own_event = json!({"type": "string", "pattern": "^[a-z0-9]+(-[a-z0-9]+)*$"});
    let number = json!({"type": ["integer", "number", "string"]});

    let matcher = object(MATCH_KEYS, |key| match key {
        "op" => Some(one_or_list(&operation)),
        "header" | "query" | "body" => Some(json!({"type": "object"})),
        _ => None,
    });
    let when = object(WHEN_KEYS, |key| match key {
        "state" => Some(json!({"type": "object"})),
        "unless" => Some(json!({"$ref": "#/$defs/match"})),
        "count" => Some(one_or_list(&number)),
        "bank" => Some(json!({
            "type": "object",
            "additionalProperties": false,
            "properties": {"payment.amount": {}, "payment.reference": {}, "payment.creditor": {}},
        })),
        _ => None,
    });
    let phase = object(PHASE_KEYS, |key| match key {
        "calls" => Some(json!({"type": "integer", "minimum": 1})),
        "until" => Some(json!({"anyOf": [{"enum": until}, own_event]})),
        "forever" => Some(json!({"enum": [true, "pass"]})),
        "do" => Some(json!({"$ref": "#/$defs/do"})),
        _ => None,
    });
    let rule = object(RULE_KEYS, |key| match key {
        "name" => Some(slug.clone()),
        "match" => Some(json!({"$ref": "#/$defs/match"})),
        "when" => Some(json!({"$ref": "#/$defs/when"})),
        "do" => Some(json!({"$ref": "#/$defs/do"})),
        "phases" => Some(json!({"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/phase"}})),
        "limit" => Some(json!({"$ref": "#/$defs/limit"})),
        "key" => {
            let simple: Vec<&str> = KEYS.iter().map(|row| row.0).filter(|key| !key.contains(':')).collect();
            let key = json!({"anyOf": [{"enum": simple}, {"type": "string", "pattern": "^(header|body):"}]});
            Some(one_or_list(&key))
        }
        "max" => Some(json!({"type": "integer", "minimum": 1})),
        "tags" => Some(one_or_list(&slug)),
        "disabled" => Some(json!({"type": "boolean"})),
        _ => None,
    });
    let event_phase = object(PHASE_KEYS, |key| match key {
        "calls" => Some(json!({"type": "integer", "minimum": 1})),
        "until" => Some(json!({"anyOf": [{"enum": until}, own_event]})),
        "forever" => Some(json!({"enum": [true, "pass"]})),
        "do" => Some(json!({"$ref": "#/$defs/deeds"})),
        _ => None,
    });
    let event_rule = object(EVENT_RULE_KEYS, |key| match key {
        "name" => Some(slug.clone()),
        "event" => {
            Some(one_or_list(&json!({"anyOf": [{"enum": events}, own_event, {"type": "string", "pattern": "\\*"}]})))
        }
        "when" => Some(json!({"type": "object"})),
        "do" => Some(json!({"$ref": "#/$defs/deeds"})),
        "phases" => Some(json!({"type": "array", "minItems": 1, "items": event_phase})),
        "max" => Some(json!({"type": "integer", "minimum": 1})),
        "tags" => Some(one_or_list(&slug)),
        "disabled" => Some(json!({"type": "boolean"})),
        _ => None,
    });
    let deliver_rule = object(DELIVER_RULE_KEYS, |key| match key {
        "name" => Some(slug.clone()),
        "event" => Some(json!({"const": "webhook.queued"})),
        "when" => Some(closed(&["client", "type"])),
        "deliver" => Some(object(DELIVER_KEYS, |key| match key {
            "order" => Some(json!({"enum": ["reverse", "shuffle"]})),
            "copies" => Some(json!({"type": "integer", "minimum": 1})),
            "signature" => Some(closed(&["bad"])),
            "retry" => Some(closed(&["after", "max", "backoff"])),
            _ => None,
        })),
        "disabled" => Some(json!({"type": "boolean"})),
        _ => None,
    });
    let item = object(TIMELINE_KEYS, |key| match key {
        "name" => Some(slug.clone()),
        "times" => Some(json!({"type": "integer", "minimum": 1})),
        "do" => Some(json!({"$ref": "#/$defs/deeds"})),
        _ => None,
    });
    let deed = object(DEED_KEYS, |key| match key {
        "bank" => Some(closed(BANK_KEYS)),
        "transaction" => Some(closed(&["account", "user", "amount", "currency", "description"])),
        "set" => Some(json!({"type": "object"})),
        "emit" => Some(slug.clone()),
        _ => None,
    });
    let limit = object(LIMIT_KEYS, |key| match key {
        "headers" => Some(json!({"enum": HeaderFamily::ALL.iter().map(|row| row.1).collect::<Vec<_>>()})),
        "over" => Some(json!({"$ref": "#/$defs/do"})),
        "count" => Some(json!({"enum": ["granted", "all"]})),
        _ => None,
    });
    let file = object(FILE_KEYS, |key| match key {
        "sandbox" => Some(json!({"const": 1})),
        "name" => Some(slug.clone()),
        "seed" => Some(json!({"type": "integer", "minimum": 0})),
        "title" => Some(json!({"type": "string"})),
        "covers" => Some(one_or_list(&json!({"type": "string", "pattern": "^[A-Z]{1,2}[0-9]{1,3}$"}))),
        "rules" => Some(json!({"type": "array", "items": {
            "if": {"required": ["deliver"]},
            "then": {"$ref": "#/$defs/deliver_rule"},
            "else": {"if": {"required": ["event"]},
            "then": {"$ref": "#/$defs/event_rule"},
            "else": {"$ref": "#/$defs/rule"}},
        }})),
        "timeline" => Some(json!({"type": "array", "items": {"$ref": "#/$defs/item"}})),
        "expect" => Some(json!({"$ref": "#/$defs/expect"})),
        _ => None,
    });

    let mut root = file;
    let top = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "bank-sandbox scenario, version 1",
        "required": ["sandbox", "name"],
        "$defs": {
            "match": matcher,
            "when": when,
            "phase": phase,
            "limit": required(limit, &["quota"]),
            "rule": required(rule, &["name"]),
            "do": {"anyOf": [
                {"const": "pass"},
                {"$ref": "#/$defs/effect"},
                {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/effect"}},
            ]},
            "effect": effect(),
            "event_rule": required(event_rule, &["name", "event"]),
            "deliver_rule": required(deliver_rule, &["name", "event", "deliver"]),
            "item": required(item, &["do"]),
            "deeds": {"anyOf": [
                {"const": "pass"},
                {"$ref": "#/$defs/deed"},
                {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/deed"}},
            ]},
            "deed": deed,
            "expect": expect(&slug),
        },
    });
    merge(&mut root, top);
    let text = serde_json::to_string_pretty(&root).expect("a JSON value can be written");
    format!("{text}\n")
}

fn effect() -> Value {
    let mut properties = Map::new();
    for fault in FAULTS {
        let mut property =
            json!({"description": format!("{}. Takes {}", fault.about, fault.legal), "examples": [fault.example]});
        if fault.slug == "error" {
            let names: Vec<&str> = ERRORS.iter().map(|row| row.0).collect();
            merge(&mut property, json!({"enum": names}));
        }
        properties.insert(fault.slug.to_owned(), property);
    }
    let stages: Vec<&str> = STAGES.iter().map(|row| row.1).collect();
    properties.insert("stage".to_owned(), json!({"enum": stages, "description": "when it takes place"}));
    let set = json!({"type": "object", "description": "variables it sets, for `when: {state: …}`"});
    properties.insert("set".to_owned(), set);
    let emit = json!({"type": "string", "description": "the name of an event of the scenario's own, for `event:` and `until:`"});
    properties.insert("emit".to_owned(), emit);
    json!({"type": "object", "minProperties": 1, "additionalProperties": false, "properties": properties})
}

fn expect(slug: &Value) -> Value {
    let drives: Vec<&str> = bank_fixtures::expectation::DRIVES.iter().map(|row| row.0).collect();
    let checks = json!({"type": "array", "items": {"anyOf": [slug, {"type": "object", "minProperties": 1, "maxProperties": 1}]}});
    json!({
        "type": "object",
        "additionalProperties": false,
        "properties": {
            "drive": one_or_list(&json!({"enum": drives})),
            "client": checks,
            "bank": checks,
        },
    })
}

/// An object with these keys and no others.
fn object(keys: &[(&str, &str)], schema: impl Fn(&str) -> Option<Value>) -> Value {
    let properties: Map<String, Value> = keys
        .iter()
        .map(|(key, about)| {
            let mut property = schema(key).unwrap_or_else(|| json!({}));
            merge(&mut property, json!({"description": about}));
            ((*key).to_owned(), property)
        })
        .collect();
    json!({"type": "object", "additionalProperties": false, "properties": properties})
}

/// An object with these keys, all of which may be left out, and no others.
fn closed(keys: &[&str]) -> Value {
    let properties: Map<String, Value> = keys.iter().map(|key| ((*key).to_owned(), json!({}))).collect();
    json!({"type": "object", "minProperties": 1, "additionalProperties": false, "properties": properties})
}

fn required(mut schema: Value, keys: &[&str]) -> Value {
    merge(&mut schema, json!({"required": keys}));
    schema
}

fn one_or_list(item: &Value) -> Value {
    json!({"anyOf": [item, {"type": "array", "minItems": 1, "items": item}]})
}

fn merge(into: &mut Value, from: Value) {
    if let (Value::Object(into), Value::Object(from)) = (into, from) {
        into.extend(from);
    }
}
