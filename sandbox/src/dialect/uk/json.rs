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
    difference(a, b, "").is_none()
}

/// Where something that was repeated is first not the same, below a path; the order of members is no difference.
pub(super) fn difference(sent: &Json, kept: &Json, path: &str) -> Option<String> {
    let below = |name: &str| format!("{path}.{name}");
    match (sent, kept) {
        (Json::Object(left), Json::Object(right)) => {
            let changed = left.iter().find_map(|(name, value)| match kept.get(name) {
                Some(other) => difference(value, other, &below(name)),
                None => Some(below(name)),
            });
            let missing = || right.iter().find(|(name, _)| sent.get(name).is_none()).map(|(name, _)| below(name));
            let twice = || (left.len() != right.len()).then(|| path.to_owned());
            changed.or_else(missing).or_else(twice)
        }
        (Json::List(left), Json::List(right)) if left.len() == right.len() => {
            let pairs = left.iter().zip(right).enumerate();
            pairs.into_iter().find_map(|(index, (a, b))| difference(a, b, &format!("{path}[{index}]")))
        }
        _ => (sent != kept).then(|| path.to_owned()),
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
        let differ = |sent: &str, kept: &str| {
            difference(&Json::read(sent.as_bytes()).unwrap(), &Json::read(kept.as_bytes()).unwrap(), "D")
        };
        assert_eq!(differ(r#"{"a":1,"b":[{"c":1,"d":2}]}"#, r#"{"b":[{"d":2,"c":1}],"a":1}"#), None);
        assert_eq!(differ(r#"{"a":[1,2]}"#, r#"{"a":[2,1]}"#).as_deref(), Some("D.a[0]"));
        assert_eq!(differ(r#"{"a":[1,2]}"#, r#"{"a":[1]}"#).as_deref(), Some("D.a"));
        assert_eq!(differ(r#"{"a":1}"#, r#"{"a":1,"b":1}"#).as_deref(), Some("D.b"));
        assert_eq!(differ(r#"{"a":1,"b":{"c":1}}"#, r#"{"a":1,"b":{"c":2}}"#).as_deref(), Some("D.b.c"));
        assert_eq!(differ(r#"{"a":1,"b":1}"#, r#"{"a":1}"#).as_deref(), Some("D.b"));
    }
}
