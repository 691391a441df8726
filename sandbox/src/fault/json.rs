//! JSON written in a scenario as YAML.

use bank_fixtures::document::{Kind, Value};

/// The value as JSON. A number JSON cannot write (`.inf`) becomes its text.
pub(crate) fn of(value: Value<'_>) -> serde_json::Value {
    match value.kind() {
        Kind::Null => serde_json::Value::Null,
        Kind::List => value.list().unwrap_or_default().into_iter().map(of).collect(),
        Kind::Map => {
            let entries = value.entries().unwrap_or_default();
            entries.into_iter().map(|(key, value)| (key.key_text().to_owned(), of(value))).collect()
        }
        Kind::Boolean => serde_json::Value::from(value.boolean()),
        Kind::Text => serde_json::Value::from(value.text()),
        Kind::Integer | Kind::Float => {
            let text = value.scalar().unwrap_or_default();
            serde_json::from_str(text).unwrap_or_else(|_| serde_json::Value::from(text))
        }
    }
}
