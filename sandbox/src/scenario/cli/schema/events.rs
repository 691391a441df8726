//! What happens without a call in the schema: rules about events and messages, the timeline, and what they do.

use serde_json::{Value, json};

use super::calls::condition;
use super::shape::{closed, events, exactly_one, merge, object, one_or_list, own_event, required, sets};
use crate::scenario::deed::{BANK_DEED_KEYS, DEED_KEYS};
use crate::scenario::deliver::{DELIVER_KEYS, DELIVER_RULE_KEYS};
use crate::scenario::event::{EVENT_KEYS, EVENT_ORDER_KEYS, EVENT_RULE_KEYS, EVENT_WHEN_KEYS};
use crate::scenario::timeline::TIMELINE_KEYS;
use crate::webhook::FORGERIES;

pub(super) fn event_rule(slug: &Value) -> Value {
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

pub(super) fn deliver_rule(slug: &Value) -> Value {
    let retry = closed(&["after", "max", "backoff"], |key| match key {
        "after" => one_or_list(&json!({"enum": ["5xx", "4xx", "timeout"]})),
        "max" => json!({"type": "integer", "minimum": 0}),
        _ => json!({"type": "string"}),
    });
    let forgeries: Vec<&str> = FORGERIES.iter().map(|forgery| forgery.name).collect();
    let mut deliver = object(DELIVER_KEYS, |key| match key {
        "copies" => Some(json!({"type": "integer", "minimum": 1, "maximum": 100})),
        "forge" => Some(one_or_list(&json!({"enum": forgeries}))),
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

pub(super) fn item(slug: &Value) -> Value {
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

pub(super) fn deed(slug: &Value) -> Value {
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
