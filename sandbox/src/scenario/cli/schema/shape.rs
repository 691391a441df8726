//! Pieces every part of the schema is made of.

use serde_json::{Map, Value, json};

use crate::bank::BANK_EVENTS;
use crate::operation::OPERATIONS;

/// The name of an event of the scenario's own.
pub(super) fn own_event() -> Value {
    json!({"type": "string", "pattern": r"^[^.*]+$"})
}

/// Variables and what they are set to.
pub(super) fn sets() -> Value {
    json!({"type": "object", "additionalProperties": {"$ref": "#/$defs/scalar"}})
}

/// A number, or a condition on one.
pub(super) fn number(pattern: &str) -> Value {
    json!({"anyOf": [{"type": "number"}, {"type": "string", "pattern": pattern}]})
}

pub(super) fn words<T>(table: &[(&str, T)]) -> Value {
    one_or_list(&json!({"enum": table.iter().map(|row| row.0).collect::<Vec<_>>()}))
}

pub(super) fn exactly_one(keys: &[&str]) -> Value {
    keys.iter().map(|key| json!({"required": [key]})).collect()
}

/// An object with these keys and no others.
pub(super) fn object(keys: &[(&str, &str)], schema: impl Fn(&str) -> Option<Value>) -> Value {
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
pub(super) fn closed(keys: &[&str], schema: impl Fn(&str) -> Value) -> Value {
    let properties: Map<String, Value> = keys.iter().map(|key| ((*key).to_owned(), schema(key))).collect();
    json!({"type": "object", "additionalProperties": false, "properties": properties})
}

pub(super) fn required(mut schema: Value, keys: &[&str]) -> Value {
    merge(&mut schema, json!({"required": keys}));
    schema
}

pub(super) fn one_or_list(item: &Value) -> Value {
    json!({"anyOf": [item, {"type": "array", "minItems": 1, "items": item}]})
}

pub(super) fn merge(into: &mut Value, from: Value) {
    if let (Value::Object(into), Value::Object(from)) = (into, from) {
        into.extend(from);
    }
}

pub(super) fn operations() -> Vec<&'static str> {
    OPERATIONS.iter().map(|row| row.1).collect()
}

pub(super) fn events() -> Vec<&'static str> {
    BANK_EVENTS.iter().map(|row| row.1).collect()
}
