//! JSON as the standard's bodies are made of: members in the order they are written, read and written with the same type.
//!
//! Owns building bodies and comparing what a client repeats. What a client sent is given back as it was sent: orders and
//! consents echo whole objects, members this bank never looks at included. Knows no member name.

use std::borrow::Cow;

pub(super) use crate::dialect::json::Json;

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
    /// Nothing, as the standard writes it where an object is obligatory.
    pub(super) fn empty() -> Json {
        Json::Object(Vec::new())
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

#[cfg(test)]
mod tests {
    use super::*;

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
