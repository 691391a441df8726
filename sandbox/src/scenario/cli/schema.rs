//! The JSON Schema of scenario files, so that editors complete and validate them. Made from the same tables as the reader.

mod calls;
mod events;
mod shape;

use bank_fixtures::dataset::Dataset;
use serde_json::{Value, json};

use self::calls::{NUMBER, effect, key, limit, matcher, phase, when};
use self::events::{deed, deliver_rule, event_rule, item};
use self::shape::{closed, merge, number, object, one_or_list, required};
use crate::profile::BankProfile;
use crate::scenario::FILE_KEYS;

/// `30s`, `1h30m`.
const DURATION: &str = "^(?=.)([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?([0-9]+ms)?$";

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
        "covers" => Some(one_or_list(&json!({"type": "string", "pattern": "^([A-Z]{1,2}|C\\.)[0-9]{1,3}$"}))),
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
            "rule": calls::rule(&slug),
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

fn expect(slug: &Value) -> Value {
    let drives: Vec<&str> = bank_fixtures::expectation::DRIVES.iter().map(|row| row.0).collect();
    let checks = json!({"type": "array", "items": {"anyOf": [slug, {"type": "object", "minProperties": 1, "maxProperties": 1}]}});
    json!({
        "type": "object",
        "additionalProperties": false,
        "properties": {
            "drive": one_or_list(&json!({"enum": drives})),
            "kill_after": {"type": "string", "pattern": r"^([a-z-]+|\*)\.([a-z-]+|\*)$"},
            "client": checks,
            "bank": {"anyOf": [checks, {
                "type": "object",
                "additionalProperties": false,
                "required": ["none"],
                "properties": {"none": {"type": "string", "minLength": 1, "description": "why no check of banks fails"}},
            }]},
        },
    })
}
