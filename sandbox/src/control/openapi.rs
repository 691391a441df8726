//! The control API as an OpenAPI 3.1 document.
//!
//! Owns the mapping from the table of calls and the shapes of bodies (`schemas.json`) to the document. Knows no handler.

use serde_json::{Map, Value, json};

use super::calls::{Call, Content};

/// Shapes of bodies, as JSON Schema 2020-12.
pub(super) const SCHEMAS: &str = include_str!("schemas.json");

/// The document.
pub(super) fn document(calls: &[Call]) -> Value {
    let mut paths = Map::new();
    for call in calls {
        let path = paths.entry(call.path).or_insert_with(|| json!({}));
        path[call.method.to_ascii_lowercase()] = operation(call);
    }
    let schemas: Value = serde_json::from_str(SCHEMAS).expect("the shipped schemas are JSON");
    json!({
        "openapi": "3.1.0",
        "jsonSchemaDialect": "https://json-schema.org/draft/2020-12/schema",
        "info": {
            "title": "Control API of bank-sandbox",
            "version": env!("CARGO_PKG_VERSION"),
            "license": {"name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0"},
            "description": "Worlds, clocks, scenarios, journals and ready-made access. Members of answers are only ever added.",
        },
        "servers": [{"url": "/"}],
        "security": [{}, {"control-token": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {"control-token": {
                "type": "http",
                "scheme": "bearer",
                "description": "The token given as `--control-token`; without one nothing is asked for.",
            }},
            "responses": {"Problem": {
                "description": "Why it was not done: problem details (RFC 9457), with every mistake.",
                "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
            }},
            "schemas": schemas,
        },
    })
}

fn operation(call: &Call) -> Value {
    let mut responses = Map::new();
    for (status, content) in call.answers {
        let mut response = json!({"description": if matches!(content, Content::Empty) { "Done." } else { call.about }});
        if let Some(content) = media(*content) {
            response["content"] = content;
        }
        responses.insert(status.to_string(), response);
    }
    responses.insert("default".to_owned(), json!({"$ref": "#/components/responses/Problem"}));
    let mut operation = json!({
        "operationId": id(call),
        "summary": call.about,
        "parameters": parameters(call),
        "responses": responses,
    });
    if call.is_open {
        operation["security"] = json!([]);
    }
    if let Some(content) = call.body.and_then(media) {
        operation["requestBody"] = json!({"content": content});
    }
    operation
}

fn parameters(call: &Call) -> Value {
    let inside = call.path.split('/').filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'));
    let inside = inside.map(|name| json!({"name": name, "in": "path", "required": true, "schema": {"type": "string"}}));
    let asked = call.query.iter().map(|parameter| {
        json!({
            "name": parameter.name,
            "in": "query",
            "description": parameter.about,
            "schema": {"type": parameter.kind},
        })
    });
    inside.chain(asked).collect()
}

fn media(content: Content) -> Option<Value> {
    let schema = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
    Some(match content {
        Content::Empty => return None,
        Content::Json(name) => json!({"application/json": {"schema": schema(name)}}),
        Content::List(name) => json!({"application/json": {"schema": {"type": "array", "items": schema(name)}}}),
        Content::Other => json!({"application/json": {"schema": {"type": "object"}}}),
        Content::Text(kind) => {
            let mut media = Map::new();
            media.insert(kind.to_owned(), json!({"schema": {"type": "string"}}));
            Value::Object(media)
        }
    })
}

/// `post-worlds-world-reset`: unique because method and path are.
fn id(call: &Call) -> String {
    let path = call.path.trim_start_matches("/v1").replace(['{', '}'], "").replace(['/', '.'], "-");
    format!("{}{path}", call.method.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::calls::calls;
    use super::*;

    /// Every `$ref` in a document.
    fn references(value: &Value, found: &mut BTreeSet<String>) {
        match value {
            Value::Object(members) => members.iter().for_each(|(name, value)| match value.as_str() {
                Some(target) if name == "$ref" => {
                    found.insert(target.to_owned());
                }
                _ => references(value, found),
            }),
            Value::Array(items) => items.iter().for_each(|item| references(item, found)),
            _ => {}
        }
    }

    #[test]
    fn the_document_holds_together() {
        let document = document(&calls());
        let mut targets = BTreeSet::new();
        references(&document, &mut targets);
        for target in &targets {
            assert!(document.pointer(&target[1..]).is_some(), "{target} is not in the document");
        }
        let schemas = document["components"]["schemas"].as_object().expect("an object");
        for (name, schema) in schemas {
            assert!(targets.contains(&format!("#/components/schemas/{name}")), "nothing uses {name}");
            assert!(jsonschema::draft202012::meta::is_valid(schema), "{name} is no schema");
        }
        let mut ids = BTreeSet::new();
        for (path, methods) in document["paths"].as_object().expect("an object") {
            assert!(path.starts_with('/'));
            for (method, operation) in methods.as_object().expect("an object") {
                assert!(ids.insert(operation["operationId"].as_str().expect("text").to_owned()), "{method} {path}");
                let declared = operation["parameters"].as_array().expect("a list");
                let inside = declared.iter().filter(|parameter| parameter["in"] == "path").count();
                assert_eq!(path.matches('{').count(), inside, "{method} {path}");
                let responses = operation["responses"].as_object().expect("an object");
                assert!(responses.len() >= 2 && responses.contains_key("default"), "{method} {path}");
            }
        }
    }
}
