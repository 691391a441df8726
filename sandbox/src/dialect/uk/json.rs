//! JSON as the standard's bodies are made of: members in the order they are written, read and written with the same type.
//!
//! Owns the tree, building it and reading it out of a request. What a client sent is given back as it was sent: orders and
//! consents echo whole objects, members this bank never looks at included. Knows no member name.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, Serializer};

/// A JSON value.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Json {
    Null,
    Flag(bool),
    Number(serde_json::Number),
    Text(String),
    List(Vec<Json>),
    Object(Vec<(Cow<'static, str>, Json)>),
}

/// What can stand as a member; what is absent is left out.
pub(super) trait Member {
    fn member(self) -> Option<Json>;
}

/// An object of the members that are there, in this order.
macro_rules! object {
    ($($name:literal: $value:expr),* $(,)?) => {{
        let mut members: Vec<(std::borrow::Cow<'static, str>, $crate::dialect::uk::json::Json)> = Vec::new();
        $(if let Some(value) = $crate::dialect::uk::json::Member::member($value) {
            members.push((std::borrow::Cow::Borrowed($name), value));
        })*
        $crate::dialect::uk::json::Json::Object(members)
    }};
}
pub(super) use object;

impl Json {
    /// Reads a text. Nesting is bounded by the parser, length by whoever read the body.
    pub(super) fn read(text: &[u8]) -> Result<Json, serde_json::Error> {
        serde_json::from_slice(text)
    }

    /// Nothing, as the standard writes it where an object is obligatory.
    pub(super) fn empty() -> Json {
        Json::Object(Vec::new())
    }

    /// A member of an object.
    pub(super) fn get(&self, name: &str) -> Option<&Json> {
        match self {
            Json::Object(members) => members.iter().find(|member| member.0 == name).map(|member| &member.1),
            _ => None,
        }
    }

    /// A member of a member of an object …
    pub(super) fn at(&self, path: &[&str]) -> Option<&Json> {
        path.iter().try_fold(self, |json, name| json.get(name))
    }

    /// The text of a member of a member …
    pub(super) fn text(&self, path: &[&str]) -> Option<&str> {
        match self.at(path)? {
            Json::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The items of a list; none of anything else.
    pub(super) fn items(&self) -> &[Json] {
        match self {
            Json::List(items) => items,
            _ => &[],
        }
    }

    /// The same object with one more member at its end.
    pub(super) fn with(mut self, name: &'static str, value: impl Member) -> Json {
        if let (Json::Object(members), Some(value)) = (&mut self, value.member()) {
            members.push((Cow::Borrowed(name), value));
        }
        self
    }

    /// The text of it.
    pub(super) fn written(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("a tree is always JSON")
    }
}

/// The same whatever the order of members: what a client repeats need not be repeated letter by letter.
pub(super) fn alike(a: &Json, b: &Json) -> bool {
    match (a, b) {
        (Json::Object(left), Json::Object(right)) => {
            left.len() == right.len()
                && left.iter().all(|(name, value)| b.get(name).is_some_and(|other| alike(value, other)))
        }
        (Json::List(left), Json::List(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(a, b)| alike(a, b))
        }
        _ => a == b,
    }
}

impl Member for Json {
    fn member(self) -> Option<Json> {
        Some(self)
    }
}

impl<T: Member> Member for Option<T> {
    fn member(self) -> Option<Json> {
        self.and_then(Member::member)
    }
}

impl Member for &str {
    fn member(self) -> Option<Json> {
        Some(Json::Text(self.to_owned()))
    }
}

impl Member for String {
    fn member(self) -> Option<Json> {
        Some(Json::Text(self))
    }
}

impl Member for bool {
    fn member(self) -> Option<Json> {
        Some(Json::Flag(self))
    }
}

impl Member for u64 {
    fn member(self) -> Option<Json> {
        Some(Json::Number(self.into()))
    }
}

impl<T: Member> Member for Vec<T> {
    fn member(self) -> Option<Json> {
        Some(Json::List(self.into_iter().filter_map(Member::member).collect()))
    }
}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Json::Null => serializer.serialize_unit(),
            Json::Flag(flag) => serializer.serialize_bool(*flag),
            Json::Number(number) => number.serialize(serializer),
            Json::Text(text) => serializer.serialize_str(text),
            Json::List(items) => serializer.collect_seq(items),
            Json::Object(members) => serializer.collect_map(members.iter().map(|(name, value)| (name, value))),
        }
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Json, D::Error> {
        deserializer.deserialize_any(AnyJson)
    }
}

struct AnyJson;

impl<'de> Visitor<'de> for AnyJson {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E: Error>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E: Error>(self, flag: bool) -> Result<Json, E> {
        Ok(Json::Flag(flag))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Json, E> {
        Ok(Json::Number(number.into()))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Json, E> {
        Ok(Json::Number(number.into()))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Json, E> {
        let legal = || E::custom("a number that is none");
        serde_json::Number::from_f64(number).map(Json::Number).ok_or_else(legal)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Json, E> {
        Ok(Json::Text(text.to_owned()))
    }

    fn visit_string<E: Error>(self, text: String) -> Result<Json, E> {
        Ok(Json::Text(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Json, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Json::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Json, A::Error> {
        let mut object: Vec<(Cow<'static, str>, Json)> = Vec::new();
        while let Some((name, value)) = members.next_entry::<String, Json>()? {
            object.push((Cow::Owned(name), value));
        }
        Ok(Json::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_is_written_as_it_came() {
        let text = r#"{"b":1,"a":[true,null,"x",2.5,-3],"c":{"z":{},"y":[]}}"#;
        assert_eq!(Json::read(text.as_bytes()).unwrap().written(), text.as_bytes());
    }

    #[test]
    fn absent_members_are_left_out() {
        let json = object! { "A": "x", "B": None::<&str>, "C": Some(5_u64), "D": vec![Json::empty()] };
        assert_eq!(String::from_utf8(json.written()).unwrap(), r#"{"A":"x","C":5,"D":[{}]}"#);
    }

    #[test]
    fn the_order_of_members_is_no_difference() {
        let read = |text: &str| Json::read(text.as_bytes()).unwrap();
        assert!(alike(&read(r#"{"a":1,"b":[{"c":1,"d":2}]}"#), &read(r#"{"b":[{"d":2,"c":1}],"a":1}"#)));
        assert!(!alike(&read(r#"{"a":[1,2]}"#), &read(r#"{"a":[2,1]}"#)));
        assert!(!alike(&read(r#"{"a":1}"#), &read(r#"{"a":1,"b":1}"#)));
    }
}
