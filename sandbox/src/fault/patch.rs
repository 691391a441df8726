//! Single values of a JSON body set or removed, by JSON pointer.

use bytes::Bytes;

use super::prelude::*;
use crate::exchange::Reply;
use crate::fault::json;

/// The row of the catalogue.
pub(super) const FAULT: Fault = Fault {
    slug: "patch",
    layer: Layer::Body,
    stages: &[Stage::Send],
    about: "values of a JSON body are set, or removed with `~`, by JSON pointer; `*` in a pointer means every member or item; a pointer that leads nowhere adds a member to its parent, if there is one",
    legal: "a mapping from JSON pointers to values: {/data/0/status: settled, /data/*/id: ~}",
    example: "patch: {/data/0/status: settled}",
    compile,
};

/// The segment of a pointer that means every member or item.
const EVERY: &str = "*";

/// Values to set, and to remove.
#[derive(Debug, Clone)]
pub struct Patch(Arc<Vec<(String, Option<serde_json::Value>)>>);

fn compile(value: Value<'_>) -> Option<Arc<dyn Effect>> {
    let mut edits = Vec::new();
    for (key, value) in value.entries()? {
        let pointer = key.key_text();
        if !pointer.starts_with('/') {
            key.refuse(format!("`{pointer}` is not a JSON pointer"), "a path that starts with `/`: /data/0/id");
        }
        let new = json::of(value);
        edits.push((pointer.to_owned(), (!new.is_null()).then_some(new)));
    }
    Some(Arc::new(Patch(Arc::new(edits))))
}

impl Effect for Patch {
    fn apply(&self, _: &Moment<'_>, plan: &mut Plan) {
        plan.rewrites.push(Rewrite::Patch(self.clone()));
    }

    fn hides(&self) -> Vec<Hidden> {
        let hidden = self.0.iter().map(|(pointer, new)| {
            let path = segments(pointer);
            let is_row = path.last().is_some_and(|last| last == EVERY || last.parse::<usize>().is_ok());
            if is_row && new.is_none() { Hidden::Rows } else { Hidden::Member(path) }
        });
        hidden.collect()
    }
}

impl Patch {
    pub(super) fn apply(&self, reply: &mut Reply) {
        let Ok(mut json) = serde_json::from_slice::<serde_json::Value>(&reply.body) else { return };
        for (pointer, new) in self.0.iter() {
            edit(&mut json, &segments(pointer), new.as_ref());
        }
        reply.body = Bytes::from(json.to_string());
    }
}

/// The names and positions of a JSON pointer, from the top.
fn segments(pointer: &str) -> Vec<String> {
    pointer.split('/').skip(1).map(|segment| segment.replace("~1", "/").replace("~0", "~")).collect()
}

/// Sets or removes what lies at the end of a pointer.
fn edit(json: &mut serde_json::Value, pointer: &[String], new: Option<&serde_json::Value>) {
    match (pointer, json) {
        ([name], serde_json::Value::Object(object)) if name != EVERY => match new {
            Some(new) => drop(object.insert(name.clone(), new.clone())),
            None => drop(object.remove(name)),
        },
        ([name], serde_json::Value::Array(items)) if name != EVERY => {
            let Some(index) = name.parse().ok().filter(|index| *index < items.len()) else { return };
            match new {
                Some(new) => items[index] = new.clone(),
                None => drop(items.remove(index)),
            }
        }
        ([_], serde_json::Value::Object(object)) => match new {
            Some(new) => object.values_mut().for_each(|value| *value = new.clone()),
            None => object.clear(),
        },
        ([_], serde_json::Value::Array(items)) => match new {
            Some(new) => items.fill(new.clone()),
            None => items.clear(),
        },
        ([name, rest @ ..], serde_json::Value::Object(object)) => {
            let matching = object.iter_mut().filter(|(key, _)| name == EVERY || name == *key);
            matching.for_each(|(_, value)| edit(value, rest, new));
        }
        ([name, rest @ ..], serde_json::Value::Array(items)) => {
            let index = name.parse::<usize>().ok();
            let matching = items.iter_mut().enumerate().filter(|(place, _)| name == EVERY || Some(*place) == index);
            matching.for_each(|(_, value)| edit(value, rest, new));
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;

    use super::*;

    #[test]
    fn values_are_set_added_and_removed() {
        let body = r#"{"data":[{"id":"a","status":"booked"},{"id":"b"}]}"#;
        let mut reply = Reply::new(StatusCode::OK, "application/json", body);
        let edits = vec![
            ("/data/0/status".to_owned(), Some("settled".into())),
            ("/data/1".to_owned(), None),
            ("/data/0/a~1b".to_owned(), Some(1.into())),
            ("/nowhere/x".to_owned(), Some(1.into())),
            ("/data/9".to_owned(), Some(1.into())),
        ];
        Patch(Arc::new(edits)).apply(&mut reply);
        assert_eq!(reply.body, r#"{"data":[{"a/b":1,"id":"a","status":"settled"}]}"#);
    }
    #[test]
    fn a_star_means_each() {
        let mut reply = Reply::new(StatusCode::OK, "application/json", r#"{"data":[{"s":"a","t":1},{"s":"b"},3]}"#);
        let edits = vec![("/data/*/s".to_owned(), Some("x".into())), ("/data/*/t".to_owned(), None)];
        Patch(Arc::new(edits)).apply(&mut reply);
        assert_eq!(reply.body, r#"{"data":[{"s":"x"},{"s":"x"},3]}"#);
    }
}
