//! The JSON Schema of scenario files, so that editors complete and validate them. Made from the same tables as the reader.

use bank_fixtures::canonical::words::ACCOUNT_KINDS;
use bank_fixtures::dataset::Dataset;
use serde_json::{Map, Value, json};

use crate::bank::BANK_EVENTS;
use crate::fault::{ERRORS, FAULTS, STAGES};
use crate::limit::{HeaderFamily, VENDOR_PARTS};
use crate::operation::OPERATIONS;
use crate::profile::BankProfile;
use crate::scenario::FILE_KEYS;
use crate::scenario::deed::{BANK_DEED_KEYS, DEED_KEYS};
use crate::scenario::deliver::{DELIVER_KEYS, DELIVER_RULE_KEYS};
use crate::scenario::event::{EVENT_KEYS, EVENT_ORDER_KEYS, EVENT_RULE_KEYS, EVENT_WHEN_KEYS};
use crate::scenario::key::KEYS;
use crate::scenario::known::{BANK_KEYS, CONSENT_STATUSES, PAYMENT_STATUSES};
use crate::scenario::limit::LIMIT_KEYS;
use crate::scenario::matcher::MATCH_KEYS;
use crate::scenario::phase::PHASE_KEYS;
use crate::scenario::rule::RULE_KEYS;
use crate::scenario::timeline::TIMELINE_KEYS;
use crate::scenario::when::WHEN_KEYS;

/// `30s`, `1h30m`.
const DURATION: &str = "^(?=.)([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?([0-9]+ms)?$";
/// `3`, `2..5`, `>= 1000`.
const NUMBER: &str = r"^\s*((>=|<=|>|<)?\s*-?[0-9]+(\.[0-9]+)?|-?[0-9]*(\.[0-9]+)?\s*\.\.\s*-?[0-9]*(\.[0-9]+)?)\s*$";
/// `5%`, `0.05`, `1 of 20`, each with `exact` or without.
const CHANCE: &str = r"^\s*([0-9]{1,3}(\.[0-9]{0,9})?\s*%?|\.[0-9]{1,9}\s*%?|[0-9]+\s* of \s*[0-9]+)\s*(exact)?\s*$";
/// `4 per 24h rolling`, `bucket 10 refill 2 per 1s`, `4 at once`.
const QUOTA: &str = r"^\s*([0-9]+\s+(per\s+\S+(\s+\S+)?|at\s+once)|bucket\s+[0-9]+\s+refill\s+[0-9]+\s+per\s+\S+|leaky\s+[0-9]+\s+every\s+\S+)\s*$";

/// The schema as JSON text (draft 2020-12).
pub fn schema() -> String {
    let slug = json!({"type": "string", "pattern": "^[a-z0-9]+(-[a-z0-9]+)*$"});
    let rule = json!({
        "if": {"required": ["deliver"]},
        "then": {"$ref": "#/$defs/deliver_rule"},
        "else": {
            "if": {"required": ["event"]},
            "then": {"$ref": "#/$defs/event_rule"},
            "else": {"$ref": "#/$defs/rule"},
        },
    });
    let rules = json!({"type": "array", "items": rule});
    let word = json!({"type": "string", "pattern": r"\S"});
    let file = object(FILE_KEYS, |key| match key {
        "sandbox" => Some(json!({"const": 1})),
        "name" => Some(slug.clone()),
        "seed" => Some(json!({"type": "integer", "minimum": 0})),
        "title" => Some(json!({"type": "string"})),
        "covers" => Some(one_or_list(&json!({"type": "string", "pattern": "^[A-Z]{1,2}[0-9]{1,3}$"}))),
        "dataset" => Some(
            json!({"enum": Dataset::all_builtin().iter().map(|dataset| dataset.name.as_str()).collect::<Vec<_>>()}),
        ),
        "banks" => {
            let slugs: Vec<&str> = BankProfile::shipped().iter().map(|bank| bank.slug.as_str()).collect();
            Some(json!({"anyOf": [
                {"enum": slugs},
                {"type": "array", "minItems": 1, "items": {"enum": slugs}},
                {"type": "object", "minProperties": 1, "propertyNames": {"enum": slugs}},
            ]}))
        }
        "clients" => Some(one_or_list(&json!({
            "type": "object",
            "additionalProperties": false,
            "required": ["client_id"],
            "properties": {
                "bank": word, "client_id": word, "client_secret": word, "redirect_uris": one_or_list(&word),
                "auth_method": {"enum": ["client_secret_basic", "client_secret_post", "none"]},
                "webhook": required(closed(&["url", "secret"], |_| word.clone()), &["url"]),
            },
        }))),
        "consents" => Some(one_or_list(&json!({
            "type": "object",
            "additionalProperties": false,
            "required": ["client", "user"],
            "properties": {
                "bank": word, "client": word, "user": word, "scopes": one_or_list(&word),
                "accounts": one_or_list(&word), "valid_for": {"$ref": "#/$defs/duration"},
            },
        }))),
        "include" => Some(one_or_list(&word)),
        "profiles" => Some(json!({
            "type": "object",
            "propertyNames": slug,
            "additionalProperties": {"anyOf": [
                {"type": "null"},
                rules,
                {"type": "object", "additionalProperties": false,
                 "properties": {"active": {"type": "boolean"}, "rules": one_or_list(&rule)}},
                rule,
            ]},
        })),
        "rules" => Some(rules.clone()),
        "timeline" => Some(one_or_list(&json!({"$ref": "#/$defs/item"}))),
        "expect" => Some(json!({"$ref": "#/$defs/expect"})),
        _ => None,
    });

    let mut root = file;
    let top = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "bank-sandbox scenario, version 1",
        "required": ["sandbox", "name"],
        "$defs": {
            "scalar": {"type": ["string", "number", "boolean"]},
            "texts": one_or_list(&json!({"$ref": "#/$defs/scalar"})),
            "tests": {"type": "object", "additionalProperties": {"anyOf": [{"type": "null"}, {"$ref": "#/$defs/texts"}]}},
            "numbers": one_or_list(&number(NUMBER)),
            "duration": {"type": "string", "pattern": DURATION},
            "match": matcher(),
            "when": when(),
            "phase": phase("do"),
            "limit": limit(),
            "key": key(),
            "rule": self::rule(&slug),
            "do": {"anyOf": [
                {"const": "pass"},
                {"$ref": "#/$defs/effect"},
                {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/effect"}},
            ]},
            "effect": effect(&slug),
            "event_rule": event_rule(&slug),
            "event_phase": phase("deeds"),
            "deliver_rule": deliver_rule(&slug),
            "item": item(&slug),
            "deeds": {"anyOf": [
                {"const": "pass"},
                {"$ref": "#/$defs/deed"},
                {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/deed"}},
            ]},
            "deed": deed(&slug),
            "expect": expect(&slug),
        },
    });
    merge(&mut root, top);
    let text = serde_json::to_string_pretty(&root).expect("a JSON value can be written");
    format!("{text}\n")
}

fn matcher() -> Value {
    let operation = json!({"anyOf": [{"enum": operations()}, {"type": "string", "pattern": r"\*"}]});
    let methods = json!({"enum": ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"]});
    object(MATCH_KEYS, |key| match key {
        "op" => Some(one_or_list(&operation)),
        "method" => Some(one_or_list(&methods)),
        "header" | "query" | "body" => Some(json!({"$ref": "#/$defs/tests"})),
        "page" | "attempt" => Some(json!({"$ref": "#/$defs/numbers"})),
        _ => Some(json!({"$ref": "#/$defs/texts"})),
    })
}

fn when() -> Value {
    object(WHEN_KEYS, |key| match key {
        "unless" => Some(json!({"$ref": "#/$defs/match"})),
        "bank" => Some(object(BANK_KEYS, |key| match key {
            "payment.amount" => Some(json!({"$ref": "#/$defs/numbers"})),
            "payment.status" => Some(words(PAYMENT_STATUSES)),
            "consent.status" => Some(words(CONSENT_STATUSES)),
            "account.type" => Some(words(ACCOUNT_KINDS)),
            _ => Some(json!({"$ref": "#/$defs/texts"})),
        })),
        key => condition(key),
    })
}

/// A condition that can be put on calls and on events.
fn condition(key: &str) -> Option<Value> {
    let count = format!("{NUMBER}|^every [0-9]+$");
    match key {
        "count" => Some(one_or_list(&number(&count))),
        "chance" => Some(json!({"anyOf": [
            {"type": "number", "minimum": 0, "maximum": 1},
            {"type": "string", "pattern": CHANCE},
        ]})),
        "clock" => Some(json!({"anyOf": [
            {"type": "string", "pattern": "[0-9]{2}:[0-9]{2}-[0-9]{2}:[0-9]{2}| of every "},
            {"type": "object", "minProperties": 1, "additionalProperties": false,
             "properties": {"from": {"type": "string"}, "to": {"type": "string"}}},
        ]})),
        "state" => Some(json!({"type": "object", "additionalProperties": {"$ref": "#/$defs/texts"}})),
        _ => None,
    }
}

/// A phase; `effects` is the definition of what it does.
fn phase(effects: &str) -> Value {
    let until = [operations(), events()].concat();
    let mut phase = object(PHASE_KEYS, |key| match key {
        "calls" => Some(json!({"type": "integer", "minimum": 1})),
        "for" => Some(json!({"$ref": "#/$defs/duration"})),
        "until" => Some(json!({"anyOf": [{"enum": until}, own_event()]})),
        "forever" => Some(json!({"enum": [true, "pass"]})),
        "do" => Some(json!({"$ref": format!("#/$defs/{effects}")})),
        _ => None,
    });
    let pass = json!({"properties": {"forever": {"const": "pass"}}, "required": ["forever"]});
    merge(
        &mut phase,
        json!({
            "oneOf": exactly_one(&["calls", "for", "until", "forever"]),
            "not": {"allOf": [pass, {"required": ["do"]}]},
        }),
    );
    phase
}

fn rule(slug: &Value) -> Value {
    let mut rule = object(RULE_KEYS, |key| match key {
        "name" => Some(slug.clone()),
        "match" => Some(json!({"$ref": "#/$defs/match"})),
        "when" => Some(json!({"$ref": "#/$defs/when"})),
        "do" => Some(json!({"$ref": "#/$defs/do"})),
        "phases" => Some(json!({"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/phase"}})),
        "limit" => Some(json!({"$ref": "#/$defs/limit"})),
        "key" => Some(json!({"$ref": "#/$defs/key"})),
        "max" => Some(json!({"type": "integer", "minimum": 1})),
        "tags" => Some(one_or_list(slug)),
        "disabled" => Some(json!({"type": "boolean"})),
        _ => None,
    });
    merge(&mut rule, json!({"required": ["name"], "oneOf": exactly_one(&["do", "phases", "limit"])}));
    rule
}

fn key() -> Value {
    let simple: Vec<&str> = KEYS.iter().map(|row| row.0).filter(|key| !key.contains(':')).collect();
    let place = r"^header:[A-Za-z0-9!#$%&'*+.^_`|~-]+$|^body:[$/]";
    one_or_list(&json!({"anyOf": [{"enum": simple}, {"type": "string", "pattern": place}]}))
}

fn limit() -> Value {
    let families: Vec<&str> = HeaderFamily::ALL.iter().map(|row| row.1).collect();
    let parts: Vec<(&str, &str)> = VENDOR_PARTS.iter().map(|row| (row.1, row.2)).collect();
    let mut vendor = object(&parts, |_| Some(json!({"type": "string", "pattern": "^[A-Za-z0-9-]+$"})));
    merge(&mut vendor, json!({"minProperties": 1}));
    let mut limit = object(LIMIT_KEYS, |key| match key {
        "quota" => Some(json!({"type": "string", "pattern": QUOTA})),
        "key" => Some(json!({"$ref": "#/$defs/key"})),
        "headers" => Some(json!({"anyOf": [{"enum": families}, vendor]})),
        "over" => Some(json!({"$ref": "#/$defs/do"})),
        "count" => Some(json!({"enum": ["granted", "success", "all"]})),
        "suspend" => Some(json!({
            "type": "object",
            "additionalProperties": false,
            "required": ["after", "for"],
            "properties": {
                "after": {"type": "string", "pattern": "^[0-9]+ (refusals?|failures?)$"},
                "for": {"$ref": "#/$defs/duration"},
            },
        })),
        _ => None,
    });
    merge(&mut limit, json!({"required": ["quota"]}));
    limit
}

fn event_rule(slug: &Value) -> Value {
    let event = json!({"anyOf": [{"enum": events()}, own_event(), {"type": "string", "pattern": r"\*"}]});
    let keys: Vec<&str> = EVENT_KEYS.iter().map(|row| row.0).collect();
    let when = closed(EVENT_WHEN_KEYS, |key| match key {
        "bank" => closed(EVENT_ORDER_KEYS, |key| match key {
            "payment.amount" => json!({"$ref": "#/$defs/numbers"}),
            _ => json!({"$ref": "#/$defs/texts"}),
        }),
        "client" | "account" => json!({"$ref": "#/$defs/texts"}),
        key => condition(key).unwrap_or_else(|| json!({})),
    });
    let mut rule = object(EVENT_RULE_KEYS, |key| match key {
        "name" => Some(slug.clone()),
        "event" => Some(one_or_list(&event)),
        "when" => Some(when.clone()),
        "key" => Some(one_or_list(&json!({"enum": keys}))),
        "do" => Some(json!({"$ref": "#/$defs/deeds"})),
        "phases" => Some(json!({"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/event_phase"}})),
        "max" => Some(json!({"type": "integer", "minimum": 1})),
        "tags" => Some(one_or_list(slug)),
        "disabled" => Some(json!({"type": "boolean"})),
        _ => None,
    });
    merge(&mut rule, json!({"required": ["name", "event"], "oneOf": exactly_one(&["do", "phases"])}));
    rule
}

fn deliver_rule(slug: &Value) -> Value {
    let retry = closed(&["after", "max", "backoff"], |key| match key {
        "after" => one_or_list(&json!({"enum": ["5xx", "4xx", "timeout"]})),
        "max" => json!({"type": "integer", "minimum": 0}),
        _ => json!({"type": "string"}),
    });
    let mut deliver = object(DELIVER_KEYS, |key| match key {
        "copies" => Some(json!({"type": "integer", "minimum": 1})),
        "order" => Some(json!({"enum": ["reverse", "shuffle"]})),
        "window" | "delay" => Some(json!({"$ref": "#/$defs/duration"})),
        "signature" => Some(required(closed(&["bad"], |_| json!({})), &["bad"])),
        "retry" => Some(retry.clone()),
        _ => None,
    });
    // There is no order without something to order.
    merge(&mut deliver, json!({"dependentRequired": {"order": ["window"]}}));
    let rule = object(DELIVER_RULE_KEYS, |key| match key {
        "name" => Some(slug.clone()),
        "event" => Some(json!({"const": "webhook.queued"})),
        "when" => Some(closed(&["client", "type"], |_| json!({"$ref": "#/$defs/texts"}))),
        "deliver" => Some(deliver.clone()),
        "tags" => Some(one_or_list(slug)),
        "disabled" => Some(json!({"type": "boolean"})),
        _ => None,
    });
    required(rule, &["name", "event", "deliver"])
}

fn item(slug: &Value) -> Value {
    let mut item = object(TIMELINE_KEYS, |key| match key {
        "name" => Some(slug.clone()),
        "at" => Some(json!({"type": "string"})),
        "every" => Some(json!({"$ref": "#/$defs/duration"})),
        "times" => Some(json!({"type": "integer", "minimum": 1})),
        "do" => Some(json!({"$ref": "#/$defs/deeds"})),
        _ => None,
    });
    let when = json!([{"required": ["at"]}, {"required": ["every"]}]);
    merge(&mut item, json!({"required": ["do"], "anyOf": when, "dependentRequired": {"times": ["every"]}}));
    item
}

fn deed(slug: &Value) -> Value {
    let posting =
        closed(&["account", "user", "amount", "currency", "description"], |_| json!({"$ref": "#/$defs/scalar"}));
    let mut deed = object(DEED_KEYS, |key| match key {
        "after" | "advance" => Some(json!({"$ref": "#/$defs/duration"})),
        "bank" => Some(closed(BANK_DEED_KEYS, |_| json!({"$ref": "#/$defs/scalar"}))),
        "transaction" => Some(required(posting.clone(), &["amount"])),
        "webhook" => Some(json!({"type": "string", "pattern": r"\S"})),
        "set" => Some(sets()),
        "emit" => Some(slug.clone()),
        _ => None,
    });
    // A wait alone does nothing.
    let alone = json!({"required": ["after"], "maxProperties": 1});
    merge(&mut deed, json!({"minProperties": 1, "not": alone}));
    deed
}

fn effect(slug: &Value) -> Value {
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
    let mut set = sets();
    merge(&mut set, json!({"description": "variables it sets, for `when: {state: …}`"}));
    properties.insert("set".to_owned(), set);
    let mut emit = slug.clone();
    merge(&mut emit, json!({"description": "the name of an event of the scenario's own, for `event:` and `until:`"}));
    properties.insert("emit".to_owned(), emit);
    // A stage alone does nothing.
    let alone = json!({"required": ["stage"], "maxProperties": 1});
    json!({"type": "object", "minProperties": 1, "additionalProperties": false, "properties": properties, "not": alone})
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

fn operations() -> Vec<&'static str> {
    OPERATIONS.iter().map(|row| row.1).collect()
}

fn events() -> Vec<&'static str> {
    BANK_EVENTS.iter().map(|row| row.1).collect()
}

/// The name of an event of the scenario's own.
fn own_event() -> Value {
    json!({"type": "string", "pattern": r"^[^.*]+$"})
}

/// Variables and what they are set to.
fn sets() -> Value {
    json!({"type": "object", "additionalProperties": {"$ref": "#/$defs/scalar"}})
}

/// A number, or a condition on one.
fn number(pattern: &str) -> Value {
    json!({"anyOf": [{"type": "number"}, {"type": "string", "pattern": pattern}]})
}

fn words<T>(table: &[(&str, T)]) -> Value {
    one_or_list(&json!({"enum": table.iter().map(|row| row.0).collect::<Vec<_>>()}))
}

fn exactly_one(keys: &[&str]) -> Value {
    keys.iter().map(|key| json!({"required": [key]})).collect()
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
fn closed(keys: &[&str], schema: impl Fn(&str) -> Value) -> Value {
    let properties: Map<String, Value> = keys.iter().map(|key| ((*key).to_owned(), schema(key))).collect();
    json!({"type": "object", "additionalProperties": false, "properties": properties})
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
