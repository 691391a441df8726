//! JSON read from its source text.
//!
//! Owns values as they were written (numbers as text, members in order, members that occur twice) and a cursor that knows the JSON
//! pointer (RFC 6901) of every value. The strict reader is `parse`. Knows nothing of banks.

mod parse;

pub use parse::{JsonError, parse, parse_bytes};

use std::fmt;

/// A value as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number, as written.
    Number(String),
    /// A string, escapes resolved.
    Text(String),
    /// An array.
    List(Vec<Value>),
    /// An object: members in order, duplicates kept.
    Object(Vec<(String, Value)>),
}

/// A value of a document together with its JSON pointer.
#[derive(Debug, Clone)]
pub struct At<'a> {
    /// The value.
    pub value: &'a Value,
    /// RFC 6901 pointer; empty for the whole document.
    pub pointer: String,
}

impl Value {
    /// The whole document, at the empty pointer.
    pub fn root(&self) -> At<'_> {
        At { value: self, pointer: String::new() }
    }

    /// What kind of value it is, for messages.
    pub fn kind(&self) -> &'static str {
        match self {
            Value::Null => "null",
            Value::Bool(_) => "a boolean",
            Value::Number(_) => "a number",
            Value::Text(_) => "a string",
            Value::List(_) => "an array",
            Value::Object(_) => "an object",
        }
    }
}

impl<'a> At<'a> {
    /// A member of an object (the last one of that name, as most readers see it).
    pub fn member(&self, name: &str) -> Option<At<'a>> {
        let Value::Object(members) = self.value else { return None };
        let (_, value) = members.iter().rev().find(|(member, _)| member == name)?;
        Some(At { value, pointer: self.pointer_to(name) })
    }

    /// The items of an array; none of anything else.
    pub fn items(&self) -> impl Iterator<Item = At<'a>> + '_ {
        let items: &'a [Value] = match self.value {
            Value::List(items) => items,
            _ => &[],
        };
        items.iter().enumerate().map(|(index, value)| At { value, pointer: format!("{}/{index}", self.pointer) })
    }

    /// The members of an object; none of anything else.
    pub fn members(&self) -> impl Iterator<Item = (&'a str, At<'a>)> + '_ {
        let members: &'a [(String, Value)] = match self.value {
            Value::Object(members) => members,
            _ => &[],
        };
        members.iter().map(|(name, value)| (name.as_str(), At { value, pointer: self.pointer_to(name) }))
    }

    /// The text of a string.
    pub fn text(&self) -> Option<&'a str> {
        match self.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Pointers of members that occur more than once in their object, anywhere below.
    pub fn duplicates(&self) -> Vec<String> {
        let mut found = Vec::new();
        self.collect_duplicates(&mut found);
        found
    }

    fn collect_duplicates(&self, found: &mut Vec<String>) {
        let mut seen: Vec<&str> = Vec::new();
        for (name, at) in self.members() {
            if seen.contains(&name) {
                found.push(at.pointer.clone());
            }
            seen.push(name);
            at.collect_duplicates(found);
        }
        self.items().for_each(|item| item.collect_duplicates(found));
    }

    fn pointer_to(&self, name: &str) -> String {
        format!("{}/{}", self.pointer, name.replace('~', "~0").replace('/', "~1"))
    }
}

impl fmt::Display for Value {
    /// The value as compact JSON; numbers as they were written.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Null => f.write_str("null"),
            Value::Bool(value) => write!(f, "{value}"),
            Value::Number(text) => f.write_str(text),
            Value::Text(text) => f.write_str(&quoted(text)),
            Value::List(items) => {
                f.write_str("[")?;
                for (index, item) in items.iter().enumerate() {
                    write!(f, "{}{item}", if index == 0 { "" } else { "," })?;
                }
                f.write_str("]")
            }
            Value::Object(members) => {
                f.write_str("{")?;
                for (index, (name, value)) in members.iter().enumerate() {
                    write!(f, "{}{}:{value}", if index == 0 { "" } else { "," }, quoted(name))?;
                }
                f.write_str("}")
            }
        }
    }
}

/// A text as a JSON string literal.
pub fn quoted(text: &str) -> String {
    serde_json::to_string(text).expect("a string always serialises")
}
