//! `key`: what has its own count.

use axum::http::HeaderName;
use bank_fixtures::document::Value;

use super::facts::Facts;
use super::pattern::pointer;
use crate::journal;

/// What a rule counts separately: nothing (one count for the world) unless it says so.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Key(Vec<Part>);

#[derive(Debug, Clone, PartialEq)]
enum Part {
    World,
    Client,
    Consent,
    Account,
    Psu,
    Token,
    IdempotencyKey,
    Operation,
    Header(HeaderName),
    Body(String),
}

/// Every kind of key with one line about it.
pub(crate) const KEYS: &[(&str, &str)] = &[
    ("world", "one count for the whole world (the default)"),
    ("client", "one per OAuth client"),
    ("consent", "one per consent"),
    ("account", "one per account in the path"),
    ("psu", "one per account holder"),
    ("token", "one per access token"),
    ("idempotency-key", "one per idempotency key: the client chooses it"),
    ("op", "one per operation"),
    ("header:NAME", "one per value of this request header"),
    ("body:$.path", "one per value at this place of a JSON body"),
];

const LEGAL: &str =
    "world, client, consent, account, psu, token, idempotency-key, op, header:NAME, body:$.path, or a list of these";

impl Key {
    pub(super) fn read(value: Value<'_>) -> Option<Key> {
        Some(Key(value.each(part)?))
    }

    /// The count this call belongs to. Parts a call does not have are all one.
    pub(super) fn of(&self, facts: &Facts<'_>) -> String {
        let (mut key, mut first) = (String::new(), true);
        for part in &self.0 {
            let made;
            let value = match part {
                Part::World => continue,
                Part::Client => facts.client(),
                Part::Consent => facts.consent(),
                Part::Account => facts.call.account.as_deref(),
                Part::Psu => facts.psu(),
                Part::Token => facts.token(),
                Part::IdempotencyKey => facts.call.idempotency_key.as_deref(),
                Part::Operation => Some(facts.operation.name()),
                // The journal shows keys: what may not be shown counts by its fingerprint.
                Part::Header(name) => {
                    let value = facts.request.headers.get(name);
                    made = value.map(|value| journal::header(name.as_str(), value.as_bytes()));
                    made.as_deref()
                }
                Part::Body(pointer) => {
                    let name = pointer.rsplit('/').next().unwrap_or_default();
                    made = facts.body(pointer).map(|value| journal::member(name, &value));
                    made.as_deref()
                }
            };
            if !std::mem::take(&mut first) {
                key.push('\n');
            }
            key.push_str(value.unwrap_or_default());
        }
        key
    }

    /// `true` if everything is counted together.
    pub(super) fn is_world(&self) -> bool {
        self.0.iter().all(|part| *part == Part::World)
    }

    /// The key in words, for people.
    pub(super) fn words(&self) -> String {
        let words: Vec<String> = self.0.iter().filter(|part| **part != Part::World).map(Part::words).collect();
        if words.is_empty() { "world".to_owned() } else { words.join(" + ") }
    }
}

impl Part {
    fn words(&self) -> String {
        match self {
            Part::World => "world".to_owned(),
            Part::Client => "client".to_owned(),
            Part::Consent => "consent".to_owned(),
            Part::Account => "account".to_owned(),
            Part::Psu => "psu".to_owned(),
            Part::Token => "token".to_owned(),
            Part::IdempotencyKey => "idempotency-key".to_owned(),
            Part::Operation => "op".to_owned(),
            Part::Header(name) => format!("header:{name}"),
            Part::Body(pointer) => format!("body:{pointer}"),
        }
    }
}

fn part(value: Value<'_>) -> Option<Part> {
    let text = value.scalar()?;
    Some(match text {
        "world" => Part::World,
        "client" => Part::Client,
        "consent" => Part::Consent,
        "account" => Part::Account,
        "psu" => Part::Psu,
        "token" => Part::Token,
        "idempotency-key" => Part::IdempotencyKey,
        "op" => Part::Operation,
        _ => {
            if let Some(name) = text.strip_prefix("header:") {
                return value
                    .parse("header:NAME with letters, digits and hyphens", |_| HeaderName::from_bytes(name.as_bytes()))
                    .map(Part::Header);
            }
            if let Some(path) = text.strip_prefix("body:") {
                return pointer(value, path).map(Part::Body);
            }
            let words = KEYS.iter().map(|row| row.0);
            let near = bank_fixtures::document::suggest(text, words);
            let wrong = value.diagnostic(format!("`{text}` is not a key")).suggestion(near).legal(LEGAL);
            value.document().record(wrong);
            return None;
        }
    })
}
