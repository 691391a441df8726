//! Bodies of control calls, held against the schemas of the OpenAPI document: every mistake at once, each with its place.
//!
//! Owns the few words of JSON Schema that `schemas.json` uses for requests. What is right here is read with serde
//! afterwards; what only the world can judge (a taken name, an unknown user) is the handler's business.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use bank_fixtures::document::{Diagnostics, Document, Kind, Value, suggest};
use serde::de::DeserializeOwned;
use serde_json::Value as Schema;

use super::openapi::SCHEMAS;

static SHAPES: LazyLock<Schema> =
    LazyLock::new(|| serde_json::from_str(SCHEMAS).expect("the shipped schemas are JSON"));

/// A body whose schema is in the document.
pub(super) trait Shaped: DeserializeOwned {
    /// Its name there.
    const SCHEMA: &'static str;
}

impl Shaped for BTreeMap<String, String> {
    const SCHEMA: &'static str = "Variables";
}

/// Finds every mistake in a body.
///
/// # Errors
/// The text is no JSON, or not what the schema describes.
pub(super) fn check(schema: &str, text: &str) -> Result<(), Diagnostics> {
    let document = Document::parse_json("body", text)?;
    value(document.root(), &SHAPES[schema]);
    document.finish(Some(()))
}

fn value(found: Value<'_>, schema: &Schema) {
    if let Some(target) = schema["$ref"].as_str() {
        return value(found, &SHAPES[target.rsplit('/').next().unwrap_or(target)]);
    }
    if let Some(words) = schema["enum"].as_array() {
        let words: Vec<&str> = words.iter().filter_map(Schema::as_str).collect();
        found.word_of(&words);
        return;
    }
    match schema["type"].as_str() {
        Some("object") => object(found, schema),
        Some("array") => found.list().unwrap_or_default().into_iter().for_each(|item| value(item, &schema["items"])),
        Some("string") => {
            found.text();
        }
        Some("integer") => {
            found.integer(0..=u64::MAX);
        }
        Some("number") => {
            found.float(f64::MIN_POSITIVE..=f64::MAX);
        }
        Some("boolean") => {
            found.boolean();
        }
        _ => {}
    }
}

fn object(found: Value<'_>, schema: &Schema) {
    let Some(members) = found.entries() else { return };
    let none = serde_json::Map::new();
    let known = schema["properties"].as_object().unwrap_or(&none);
    let required: Vec<&str> = schema["required"].as_array().into_iter().flatten().filter_map(Schema::as_str).collect();
    for (key, inner) in &members {
        let name = key.key_text();
        match (known.get(name), &schema["additionalProperties"]) {
            // Programs write what they leave out as null.
            (Some(_), _) if inner.kind() == Kind::Null && !required.contains(&name) => {}
            (Some(shape), _) => value(*inner, shape),
            (None, Schema::Bool(false)) => {
                let names: Vec<&str> = known.keys().map(String::as_str).collect();
                let wrong = key.diagnostic(format!("`{name}` is not a member here"));
                let wrong = wrong.suggestion(suggest(name, names.iter().copied()));
                found.document().record(wrong.legal(names.join(", ")));
            }
            (None, Schema::Object(_)) => value(*inner, &schema["additionalProperties"]),
            (None, _) => {}
        }
    }
    for name in required {
        if !members.iter().any(|(key, _)| key.key_text() == name) {
            found.refuse(format!("`{name}` is missing"), format!("an object with {}", known_names(schema)));
        }
    }
}

fn known_names(schema: &Schema) -> String {
    let names = schema["properties"].as_object().into_iter().flat_map(|members| members.keys());
    names.map(String::as_str).collect::<Vec<_>>().join(", ")
}
