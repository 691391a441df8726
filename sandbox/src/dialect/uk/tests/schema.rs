//! The standard's own documents as judges: every answer of the bench has to be one they describe.
//!
//! The documents are not part of this repository. They are looked for beside it (`../shared/specs/uk-open-banking`, from any
//! folder above), or where `UK_OPEN_BANKING_SPECS` says; without them nothing is judged, and a test says so.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use axum::http::Method;
use jsonschema::Validator;
use parking_lot::Mutex;
use serde_json::Value;

use super::bench::{Answer, Bench};
use crate::dialect::Dialect;
use crate::dialect::uk::{UK_31, UK_40, UkOpenBanking};

/// The documents of one version by the group in their paths.
type Documents = BTreeMap<&'static str, Value>;

/// Files of a version, each with the groups of paths it describes.
const FILES: &[(&str, &[(&str, &str)])] = &[
    (
        "uk-open-banking-3.1",
        &[
            ("aisp", "v3.1.11/account-info-openapi.json"),
            ("pisp", "v3.1.11/payment-initiation-openapi.json"),
            ("cbpii", "v3.1.11/confirmation-funds-openapi.json"),
            ("vrp", "v3.1.11/vrp-openapi.json"),
            ("events", "v3.1.11/events-openapi.json"),
        ],
    ),
    (
        "uk-open-banking-4.0",
        &[
            ("aisp", "v4.0.1/account-info-openapi.json"),
            ("pisp", "v4.0.1/payment-initiation-openapi.json"),
            ("cbpii", "v4.0.1/confirmation-funds-openapi.json"),
            ("vrp", "v4.0.1/variable-recurring-payments-openapi.json"),
            ("events", "v4.0.0/events-openapi.json"),
        ],
    ),
];

static SPECS: LazyLock<Option<PathBuf>> = LazyLock::new(|| {
    let named = std::env::var_os("UK_OPEN_BANKING_SPECS").map(PathBuf::from);
    let above = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors();
    let beside = above.map(|folder| folder.join("shared/specs/uk-open-banking")).find(|folder| folder.is_dir());
    named.or(beside)
});

static DOCUMENTS: LazyLock<HashMap<&'static str, Documents>> = LazyLock::new(|| {
    let Some(folder) = &*SPECS else { return HashMap::new() };
    let read = |file: &str| {
        let text = std::fs::read_to_string(folder.join(file)).unwrap_or_else(|error| panic!("{file}: {error}"));
        serde_json::from_str(&text).unwrap()
    };
    FILES
        .iter()
        .map(|(slug, files)| (*slug, files.iter().map(|(group, file)| (*group, read(file))).collect()))
        .collect()
});

static VALIDATORS: LazyLock<Mutex<HashMap<String, Option<Arc<Validator>>>>> = LazyLock::new(Mutex::default);

/// Judges an answer by the document of its version.
pub(super) fn check(bench: &Bench, method: &Method, template: &str, answer: &Answer) {
    // The standard describes callback addresses in prose alone, and a statement's file as whatever it is.
    let is_file = template.ends_with("/file") && answer.status == 200;
    if template.starts_with("/callback-urls") || is_file {
        return;
    }
    let Some(documents) = DOCUMENTS.get(bench.dialect.slug()) else { return };
    let what = format!("{} {method} {template} {}", bench.dialect.slug(), answer.status);
    let Some((document, operation)) = operation(documents, method, template) else {
        panic!("{what}: the documents know no such operation");
    };
    let response = resolved(document, &operation["responses"][answer.status.to_string()]);
    assert!(response.is_object(), "{what}: the document knows no such answer\n{}", answer.text);
    let schema = response["content"].as_object().and_then(|kinds| {
        kinds
            .iter()
            .find(|(kind, _)| kind.starts_with("application/json"))
            .map(|(_, content)| content["schema"].clone())
    });
    for (name, header) in response["headers"].as_object().into_iter().flatten() {
        let must = resolved(document, header)["required"] == true;
        assert!(!must || answer.headers.contains_key(name.to_ascii_lowercase()), "{what}: no header {name}");
    }
    // Files have no schema: what stands for one in the documents is an object without any member.
    if schema.as_ref().is_some_and(|schema| schema["$ref"] == "#/components/schemas/File") {
        return;
    }
    let Some(schema) = schema else {
        assert!(answer.text.is_empty(), "{what}: the document knows no body here\n{}", answer.text);
        return;
    };
    let validator = VALIDATORS.lock().entry(what.clone()).or_insert_with(|| compiled(document, schema)).clone();
    let validator = validator.unwrap_or_else(|| panic!("{what}: the schema cannot be compiled"));
    let errors: Vec<String> =
        validator.iter_errors(&answer.json()).map(|error| format!("{} {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{what}\n{}\n{}", errors.join("\n"), answer.pretty());
}

/// The operation of a path template, whatever its parameters are called.
fn operation<'a>(documents: &'a Documents, method: &Method, template: &str) -> Option<(&'a Value, &'a Value)> {
    let method = method.as_str().to_ascii_lowercase();
    documents.iter().find_map(|(group, document)| {
        let paths = document["paths"].as_object()?;
        let found = paths.iter().find(|(path, _)| plain(&full(group, path)) == plain(template));
        found.and_then(|(_, methods)| methods.get(&method)).map(|operation| (document, operation))
    })
}

/// Variable recurring payments and events share the addresses of payments or have some of their own.
fn full(group: &str, path: &str) -> String {
    match group {
        "vrp" => format!("/pisp{path}"),
        "events" => path.to_owned(),
        group => format!("/{group}{path}"),
    }
}

fn plain(template: &str) -> String {
    let segment = |part: &str| if part.starts_with('{') { "{}".to_owned() } else { part.to_owned() };
    template.split('/').map(segment).collect::<Vec<_>>().join("/")
}

fn resolved<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    match value["$ref"].as_str() {
        Some(pointer) => resolved(document, document.pointer(pointer.trim_start_matches('#')).unwrap()),
        None => value,
    }
}

fn compiled(document: &Value, schema: Value) -> Option<Arc<Validator>> {
    let root = serde_json::json!({"allOf": [schema], "components": document["components"]});
    jsonschema::draft4::options().build(&root).ok().map(Arc::new)
}

/// Every operation of the documents, and what becomes of it.
fn listed(dialect: &UkOpenBanking) -> Option<String> {
    let documents = DOCUMENTS.get(dialect.slug())?;
    let prefix = dialect.version.prefix;
    let served = |method: &str, path: &str| {
        let same = |route: &&crate::dialect::Route| {
            route.method.as_str() == method && plain(route.path) == plain(&format!("{prefix}{path}"))
        };
        dialect.routes().iter().find(same).map(|route| route.operation)
    };
    let mut lines = Vec::new();
    for (group, document) in documents {
        for (path, methods) in document["paths"].as_object().unwrap() {
            let methods = methods.as_object().unwrap().keys().map(|method| method.to_ascii_uppercase());
            for method in methods.filter(|method| ["GET", "POST", "PUT", "PATCH", "DELETE"].contains(&method.as_str()))
            {
                let path = full(group, path);
                let what = served(&method, &path).map_or("not served".to_owned(), |operation| operation.to_string());
                lines.push(format!("{method} {path}: {what}"));
            }
        }
    }
    lines.sort();
    Some(lines.join("\n"))
}

#[test]
#[expect(clippy::print_stderr, reason = "a test that judges nothing says so")]
fn every_operation_of_the_documents_is_served_or_listed_as_not() {
    for dialect in [&UK_31, &UK_40] {
        match listed(dialect) {
            Some(list) => insta::assert_snapshot!(format!("operations-{}", dialect.slug()), list),
            None => eprintln!("skipped: the standard's documents are not here (set UK_OPEN_BANKING_SPECS)"),
        }
    }
}
