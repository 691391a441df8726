//! Request bodies, read strictly: every mistake is named with the JSON pointer (RFC 6901) of the member at fault.
//!
//! Owns reading JSON into members that know where they stand. Unlike serde's derive it sees duplicate members, and its
//! refusals point at members, not at bytes.

use std::fmt;

pub(super) use crate::dialect::json::Json;
use crate::dialect::json::Member as Entry;
use crate::exchange::{Problem, ProblemKind};

/// An object whose members are all known and all different.
#[derive(Debug)]
pub(super) struct Object<'a> {
    pointer: String,
    members: &'a [Entry],
}

/// A value and where it stands.
#[derive(Debug)]
pub(super) struct Member<'a> {
    pub pointer: String,
    value: &'a Json,
}

/// Reads a body. Nesting is bounded by the parser, length by whoever read it.
pub(super) fn read(body: &[u8]) -> Result<Json, Problem> {
    Json::read(body)
        .map_err(|error| Problem::new(ProblemKind::MalformedRequest, format!("the body is not JSON: {error}")))
}

impl Json {
    /// The whole body as an object with no members but these.
    pub(super) fn object(&self, known: &[&str]) -> Result<Object<'_>, Problem> {
        Member { pointer: String::new(), value: self }.object(known)
    }
}

impl<'a> Object<'a> {
    pub(super) fn optional(&self, name: &str) -> Option<Member<'a>> {
        let (_, value) = self.members.iter().find(|member| member.0 == name)?;
        Some(Member { pointer: format!("{}/{name}", self.pointer), value })
    }

    pub(super) fn required(&self, name: &str) -> Result<Member<'a>, Problem> {
        let missing = || wrong(format!("{}/{name}", self.pointer), "this member is missing".to_owned());
        self.optional(name).ok_or_else(missing)
    }
}

impl<'a> Member<'a> {
    pub(super) fn object(&self, known: &[&str]) -> Result<Object<'a>, Problem> {
        let Json::Object(members) = self.value else {
            return Err(self.wrong(format!("write an object with {}", known.join(", "))));
        };
        for (position, (name, _)) in members.iter().enumerate() {
            let at = || format!("{}/{}", self.pointer, name.replace('~', "~0").replace('/', "~1"));
            if !known.contains(&name.as_ref()) {
                return Err(wrong(at(), format!("this member is not known; known are {}", known.join(", "))));
            }
            if members[..position].iter().any(|earlier| earlier.0 == *name) {
                return Err(wrong(at(), "this member comes twice".to_owned()));
            }
        }
        Ok(Object { pointer: self.pointer.clone(), members })
    }

    /// The items of a list that is not empty.
    pub(super) fn list(&self) -> Result<Vec<Member<'a>>, Problem> {
        match self.value {
            Json::List(items) if !items.is_empty() => {
                let member = |(index, value)| Member { pointer: format!("{}/{index}", self.pointer), value };
                Ok(items.iter().enumerate().map(member).collect())
            }
            _ => Err(self.wrong("write a list with at least one item".to_owned())),
        }
    }

    /// Text of 1 to `most` characters, none of them a control character.
    pub(super) fn text(&self, most: usize) -> Result<&'a str, Problem> {
        match self.value {
            Json::Text(text) if (1..=most).contains(&text.chars().count()) && !text.chars().any(char::is_control) => {
                Ok(text)
            }
            _ => Err(self.wrong(format!("write a string of 1 to {most} characters without control characters"))),
        }
    }

    /// Text that `read` understands; its error, or `legal` for what is no text at all, says what would be right.
    pub(super) fn parse<T, E: fmt::Display>(
        &self,
        legal: &str,
        read: impl FnOnce(&str) -> Result<T, E>,
    ) -> Result<T, Problem> {
        let Json::Text(text) = self.value else { return Err(self.wrong(format!("write {legal}"))) };
        read(text).map_err(|error| self.wrong(format!("{error}; write {legal}")))
    }

    pub(super) fn wrong(&self, detail: String) -> Problem {
        wrong(self.pointer.clone(), detail)
    }
}

fn wrong(pointer: String, detail: String) -> Problem {
    Problem::new(ProblemKind::InvalidParameter, detail).at(pointer)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn field(body: &str) -> Option<String> {
        let json = read(body.as_bytes()).unwrap();
        json.object(&["a", "b"]).and_then(|object| object.required("a")?.text(3).map(str::to_owned)).unwrap_err().field
    }

    #[test]
    fn every_mistake_names_its_member() {
        assert_eq!(field("{}").as_deref(), Some("/a"));
        assert_eq!(field(r#"{"a": 5}"#).as_deref(), Some("/a"));
        assert_eq!(field(r#"{"a": "four"}"#).as_deref(), Some("/a"));
        assert_eq!(field(r#"{"a": "x\u0000"}"#).as_deref(), Some("/a"));
        assert_eq!(field(r#"{"a": "x", "c/d": 1}"#).as_deref(), Some("/c~1d"));
        assert_eq!(field(r#"{"a": "x", "b": 1, "a": "y"}"#).as_deref(), Some("/a"));
        assert_eq!(field("[]").as_deref(), Some(""));
    }

    #[test]
    fn what_is_not_json_is_refused() {
        let deep = "[".repeat(100_000);
        for body in ["", "{", "{\"a\": 1} x", "nul", "\u{feff}{}", deep.as_str()] {
            assert_eq!(read(body.as_bytes()).unwrap_err().kind, ProblemKind::MalformedRequest);
        }
        assert!(read(b"{\"a\": \"\xff\"}").is_err());
    }

    proptest! {
        #[test]
        fn reading_never_panics(body in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = read(&body);
        }
    }
}
