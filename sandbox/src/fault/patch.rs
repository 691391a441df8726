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
    about: "values of a JSON body are set, or removed with `~`, by JSON pointer; a pointer that leads nowhere adds a member to its parent, if there is one",
    legal: "a mapping from JSON pointers to values: {/data/0/status: settled, /data/0/id: ~}",
    example: "patch: {/data/0/status: settled}",
    compile,
};

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
}

impl Patch {
    pub(super) fn apply(&self, reply: &mut Reply) {
        let Ok(mut json) = serde_json::from_slice::<serde_json::Value>(&reply.body) else { return };
        for (pointer, new) in self.0.iter() {
            let Some((parent, name)) = pointer.rsplit_once('/') else { continue };
            let name = name.replace("~1", "/").replace("~0", "~");
            match (json.pointer_mut(parent), new) {
                (Some(serde_json::Value::Object(object)), Some(new)) => {
                    object.insert(name, new.clone());
                }
                (Some(serde_json::Value::Object(object)), None) => {
                    object.remove(&name);
                }
                (Some(serde_json::Value::Array(items)), new) => {
                    let Some(index) = name.parse().ok().filter(|index| *index < items.len()) else { continue };
                    match new {
                        Some(new) => items[index] = new.clone(),
                        None => drop(items.remove(index)),
                    }
                }
                _ => {}
            }
        }
        reply.body = Bytes::from(json.to_string());
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
}
