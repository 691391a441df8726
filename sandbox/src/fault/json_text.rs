//! Places inside JSON text.
//!
//! Faults change the text itself, so that what they do not mean to change stays as the bank wrote it, byte for byte: the
//! order of members, the digits of numbers, the spaces. Owns finding values, members and the rows of a list, whatever the
//! dialect calls them.

use std::ops::Range;

use serde::de::IgnoredAny;

/// Text that is one JSON value.
#[derive(Clone, Copy)]
pub(super) struct JsonText<'t>(&'t str);

/// A member of an object: its name with quotes, and its value.
#[derive(Debug, Clone)]
pub(super) struct Member {
    pub(super) name: Range<usize>,
    pub(super) value: Range<usize>,
}

/// The list a page carries.
#[derive(Debug)]
pub(super) struct Rows {
    /// What lies between its brackets.
    pub(super) inside: Range<usize>,
    /// Its items.
    pub(super) items: Vec<Range<usize>>,
}

/// Lists of objects that are no rows, by the name of their member in lower case.
const NO_ROWS: &[&str] = &["links", "_links", "errors", "warnings", "meta"];
/// Rows lie no deeper: `/data`, `/Data/Transaction`, `/transactions/booked`.
const MOST_LEVELS: usize = 3;

impl<'t> JsonText<'t> {
    /// The body, if it is JSON.
    pub(super) fn of(body: &'t [u8]) -> Option<JsonText<'t>> {
        let text = std::str::from_utf8(body).ok()?;
        serde_json::from_str::<IgnoredAny>(text).ok()?;
        Some(JsonText(text))
    }

    /// The text.
    pub(super) fn text(self) -> &'t str {
        self.0
    }

    /// The whole value, without the spaces around it.
    pub(super) fn root(self) -> Range<usize> {
        let start = self.skip_space(0);
        start..self.end_of(start)
    }

    /// The items of a list; `None` for anything else.
    pub(super) fn items(self, value: &Range<usize>) -> Option<Vec<Range<usize>>> {
        (self.byte(value.start) == b'[').then(|| {
            let mut items = Vec::new();
            let mut at = self.skip_space(value.start + 1);
            while self.byte(at) != b']' {
                let end = self.end_of(at);
                items.push(at..end);
                at = self.after_comma(end);
            }
            items
        })
    }

    /// The members of an object; `None` for anything else.
    pub(super) fn members(self, value: &Range<usize>) -> Option<Vec<Member>> {
        (self.byte(value.start) == b'{').then(|| {
            let mut members = Vec::new();
            let mut at = self.skip_space(value.start + 1);
            while self.byte(at) != b'}' {
                let name = at..self.end_of(at);
                let colon = self.skip_space(name.end);
                let start = self.skip_space(colon + 1);
                let end = self.end_of(start);
                members.push(Member { name, value: start..end });
                at = self.after_comma(end);
            }
            members
        })
    }

    /// The value a path of member names (`/links/next`) leads to.
    pub(super) fn at(self, path: &str) -> Option<Range<usize>> {
        path.split('/').skip(1).try_fold(self.root(), |value, name| {
            let members = self.members(&value)?;
            members.into_iter().find(|member| self.name(member) == name).map(|member| member.value)
        })
    }

    /// An object without the members `gone` names, told their names and values; `None` if it is none or keeps them all.
    pub(super) fn without(self, object: &Range<usize>, gone: impl Fn(&str, &str) -> bool) -> Option<String> {
        let members = self.members(object)?;
        let stays = |member: &&Member| !gone(self.name(member), &self.0[member.value.clone()]);
        let kept: Vec<&str> =
            members.iter().filter(stays).map(|member| &self.0[member.name.start..member.value.end]).collect();
        (kept.len() < members.len()).then(|| format!("{{{}}}", kept.join(",")))
    }

    /// The rows of a page: the longest list of objects on the highest level that has one. `None` for a page without rows.
    pub(super) fn rows(self) -> Option<Rows> {
        let mut level = vec![self.root()];
        for _ in 0..=MOST_LEVELS {
            let lists = level.iter().filter_map(|value| self.list_of_objects(value));
            if let Some(rows) = lists.max_by_key(|rows| (rows.items.len(), std::cmp::Reverse(rows.inside.start))) {
                return Some(rows);
            }
            let members = level.iter().filter_map(|value| self.members(value)).flatten();
            level = members
                .filter(|member| !NO_ROWS.contains(&self.name(member).to_ascii_lowercase().as_str()))
                .map(|member| member.value)
                .collect();
        }
        None
    }

    fn list_of_objects(self, value: &Range<usize>) -> Option<Rows> {
        let items = self.items(value)?;
        let objects = !items.is_empty() && items.iter().all(|item| self.byte(item.start) == b'{');
        objects.then(|| Rows { inside: value.start + 1..value.end - 1, items })
    }

    /// The name of a member without its quotes, as it is written.
    pub(super) fn name(self, member: &Member) -> &'t str {
        &self.0[member.name.start + 1..member.name.end - 1]
    }

    /// The text with every name and value that is not a list or object put through `change`: it gets the token and whether
    /// it is a name, and returns what to write instead.
    pub(super) fn with_tokens(self, mut change: impl FnMut(&'t str, bool) -> Option<String>) -> String {
        let (mut new, mut at) = (String::with_capacity(self.0.len()), 0);
        while at < self.0.len() {
            let byte = self.byte(at);
            if matches!(byte, b'{' | b'}' | b'[' | b']' | b',' | b':') || byte.is_ascii_whitespace() {
                new.push(char::from(byte));
                at += 1;
                continue;
            }
            let end = self.end_of(at);
            let token = &self.0[at..end];
            let is_name = byte == b'"' && self.byte(self.skip_space(end)) == b':';
            match change(token, is_name) {
                Some(other) => new.push_str(&other),
                None => new.push_str(token),
            }
            at = end;
        }
        new
    }

    /// Where the value that starts here ends.
    fn end_of(self, start: usize) -> usize {
        let bytes = self.0.as_bytes();
        match bytes[start] {
            b'"' => self.end_of_string(start),
            b'{' | b'[' => {
                let (mut at, mut depth) = (start, 0usize);
                loop {
                    match bytes[at] {
                        b'"' => {
                            at = self.end_of_string(at);
                            continue;
                        }
                        b'{' | b'[' => depth += 1,
                        b'}' | b']' => depth -= 1,
                        _ => {}
                    }
                    at += 1;
                    if depth == 0 {
                        return at;
                    }
                }
            }
            _ => {
                let ends = |byte: &u8| matches!(byte, b',' | b'}' | b']') || byte.is_ascii_whitespace();
                bytes[start..].iter().position(ends).map_or(bytes.len(), |length| start + length)
            }
        }
    }

    fn end_of_string(self, start: usize) -> usize {
        let bytes = self.0.as_bytes();
        let mut at = start + 1;
        while bytes[at] != b'"' {
            at += if bytes[at] == b'\\' { 2 } else { 1 };
        }
        at + 1
    }

    fn after_comma(self, at: usize) -> usize {
        let at = self.skip_space(at);
        if self.byte(at) == b',' { self.skip_space(at + 1) } else { at }
    }

    fn skip_space(self, at: usize) -> usize {
        let rest = &self.0.as_bytes()[at.min(self.0.len())..];
        at + rest.iter().take_while(|byte| byte.is_ascii_whitespace()).count()
    }

    /// The byte at a place; 0 behind the end.
    fn byte(self, at: usize) -> u8 {
        self.0.as_bytes().get(at).copied().unwrap_or(0)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Any JSON value.
    pub(in crate::fault) fn json() -> impl Strategy<Value = serde_json::Value> {
        let leaf = prop_oneof![
            Just(serde_json::Value::Null),
            any::<bool>().prop_map(serde_json::Value::from),
            any::<i32>().prop_map(serde_json::Value::from),
            "-?[0-9]{1,4}(\\.[0-9]{1,3})?".prop_map(serde_json::Value::from),
            "[ -~äé\u{1F600}\n\\\\\"]{0,8}".prop_map(serde_json::Value::from),
        ];
        leaf.prop_recursive(4, 32, 5, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..5).prop_map(serde_json::Value::from),
                proptest::collection::btree_map("[a-z\"\\\\ ]{0,4}", inner, 0..5)
                    .prop_map(|map| map.into_iter().collect()),
            ]
        })
    }

    fn rows(body: &str) -> Option<Vec<&str>> {
        let text = JsonText::of(body.as_bytes())?;
        Some(text.rows()?.items.into_iter().map(|item| &body[item]).collect())
    }

    #[test]
    fn rows_are_found_wherever_a_dialect_puts_them() {
        assert_eq!(
            rows(r#"{"links":[{"rel":"next"}],"data":[{"a":1}, {"b":"],{"}]}"#),
            Some(vec![r#"{"a":1}"#, r#"{"b":"],{"}"#])
        );
        assert_eq!(rows(r#"{"Data":{"Transaction":[{"a":[{}, {}]}]}}"#), Some(vec![r#"{"a":[{}, {}]}"#]));
        assert_eq!(rows(r#" [ {} , {"x":{}} ] "#), Some(vec!["{}", r#"{"x":{}}"#]));
        assert_eq!(rows(r#"{"transactions":{"booked":[{},{}],"pending":[{}]}}"#), Some(vec!["{}", "{}"]));
        for none in [r#"{"data":[]}"#, r#"{"data":["a"]}"#, "1", "{}", "<html>", ""] {
            assert_eq!(rows(none), None, "{none}");
        }
    }

    proptest! {
        #[test]
        fn every_value_is_found_whole(value in json(), pretty in any::<bool>()) {
            let body = if pretty { serde_json::to_string_pretty(&value).unwrap() } else { value.to_string() };
            let text = JsonText::of(body.as_bytes()).unwrap();
            prop_assert_eq!(&body[text.root()], body.as_str());
            let reread = |range: Range<usize>| serde_json::from_str::<serde_json::Value>(&body[range]).unwrap();
            if let Some(items) = value.as_array() {
                let found: Vec<_> = text.items(&text.root()).unwrap().into_iter().map(reread).collect();
                prop_assert_eq!(&found, items);
            }
            if let Some(object) = value.as_object() {
                let members = text.members(&text.root()).unwrap();
                prop_assert_eq!(members.len(), object.len());
                for member in members {
                    let name = reread(member.name);
                    prop_assert_eq!(&reread(member.value), &object[name.as_str().unwrap()]);
                }
            }
            prop_assert_eq!(text.with_tokens(|_, _| None), body);
        }
    }
}
