//! Rules about calls in the schema: what they ask, how they count, what they do.

use bank_fixtures::canonical::words::ACCOUNT_KINDS;
use serde_json::{Map, Value, json};

use super::shape::{events, exactly_one, merge, number, object, one_or_list, operations, own_event, sets, words};
use crate::fault::oauth::{POINTS, Takes, lies};
use crate::fault::{ERRORS, FAULTS, STAGES};
use crate::limit::{HeaderFamily, VENDOR_PARTS};
use crate::scenario::key::KEYS;
use crate::scenario::known::{BANK_KEYS, CONSENT_STATUSES, PAYMENT_STATUSES};
use crate::scenario::limit::LIMIT_KEYS;
use crate::scenario::matcher::MATCH_KEYS;
use crate::scenario::phase::PHASE_KEYS;
use crate::scenario::rule::RULE_KEYS;
use crate::scenario::when::WHEN_KEYS;

/// `3`, `2..5`, `>= 1000`.
pub(super) const NUMBER: &str =
    r"^\s*((>=|<=|>|<)?\s*-?[0-9]+(\.[0-9]+)?|-?[0-9]*(\.[0-9]+)?\s*\.\.\s*-?[0-9]*(\.[0-9]+)?)\s*$";
/// `5%`, `0.05`, `1 of 20`, each with `exact` or without.
const CHANCE: &str = r"^\s*([0-9]{1,3}(\.[0-9]{0,9})?\s*%?|\.[0-9]{1,9}\s*%?|[0-9]+\s* of \s*[0-9]+)\s*(exact)?\s*$";
/// `4 per 24h rolling`, `bucket 10 refill 2 per 1s`, `4 at once`.
const QUOTA: &str = r"^\s*([0-9]+\s+(per\s+\S+(\s+\S+)?|at\s+once)|bucket\s+[0-9]+\s+refill\s+[0-9]+\s+per\s+\S+|leaky\s+[0-9]+\s+every\s+\S+)\s*$";

pub(super) fn matcher() -> Value {
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

pub(super) fn when() -> Value {
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
pub(super) fn condition(key: &str) -> Option<Value> {
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
pub(super) fn phase(effects: &str) -> Value {
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

pub(super) fn rule(slug: &Value) -> Value {
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

pub(super) fn key() -> Value {
    let simple: Vec<&str> = KEYS.iter().map(|row| row.0).filter(|key| !key.contains(':')).collect();
    let place = r"^header:[A-Za-z0-9!#$%&'*+.^_`|~-]+$|^body:[$/]";
    one_or_list(&json!({"anyOf": [{"enum": simple}, {"type": "string", "pattern": place}]}))
}

pub(super) fn limit() -> Value {
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

pub(super) fn effect(slug: &Value) -> Value {
    let mut properties = Map::new();
    for fault in FAULTS {
        let mut property =
            json!({"description": format!("{}. Takes {}", fault.about, fault.legal), "examples": [fault.example]});
        if fault.slug == "error" {
            let names: Vec<&str> = ERRORS.iter().map(|row| row.0).collect();
            merge(&mut property, json!({"enum": names}));
        }
        if fault.slug == "oauth" {
            merge(&mut property, lies_schema());
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

/// What `oauth` takes: a word, or lies at points.
fn lies_schema() -> Value {
    let point = |name: &str| {
        let here = || lies().filter(|lie| lie.point == name);
        let bare: Vec<&str> = here().filter(|lie| lie.takes == Takes::Nothing).map(|lie| lie.name).collect();
        let taking: Map<String, Value> = here()
            .filter(|lie| lie.takes != Takes::Nothing)
            .map(|lie| {
                let mut property = json!({"description": lie.about});
                if lie.takes != Takes::Any(lie.takes.example()) {
                    merge(&mut property, json!({"$ref": "#/$defs/scalar"}));
                }
                (lie.name.to_owned(), property)
            })
            .collect();
        let mapping =
            json!({"type": "object", "minProperties": 1, "additionalProperties": false, "properties": taking});
        let choices: Vec<Value> =
            [(!bare.is_empty()).then(|| json!({"enum": bare})), (!taking.is_empty()).then_some(mapping)]
                .into_iter()
                .flatten()
                .collect();
        one_or_list(&json!({"anyOf": choices}))
    };
    let properties: Map<String, Value> = POINTS
        .iter()
        .map(|(name, about)| {
            let mut property = point(name);
            merge(&mut property, json!({"description": about}));
            ((*name).to_owned(), property)
        })
        .collect();
    let mapping =
        json!({"type": "object", "minProperties": 1, "additionalProperties": false, "properties": properties});
    json!({"anyOf": [{"const": "expire-access-token"}, mapping]})
}
