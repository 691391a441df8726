//! Consents that move from an older version of the standard to 4.0: replaced whole, or patched (RFC 6902).
//!
//! Owns both calls. What the account holder agreed to stays as it was: whom to pay, from where, within which limits. Only what
//! version 4 says in other or further words may change.

use axum::http::StatusCode;

use super::{KIND, agreeable, body, consent_written, in_force, keep, mismatch};
use crate::dialect::uk::error::{Code, Refused};
use crate::dialect::uk::json::{Json, alike, object};
use crate::dialect::uk::shape;
use crate::dialect::uk::visit::Visit;
use crate::exchange::Reply;

/// Replaces a consent.
pub(in crate::dialect::uk) fn put(visit: &Visit<'_>) -> Result<Reply, Refused> {
    let (view, paper) = visit.own_consent(KIND)?;
    let body = shape::read(visit.call, body::consent(visit.version))?;
    in_force(&view)?;
    moved(visit, &paper, &body)
}

/// Patches a consent.
pub(in crate::dialect::uk) fn patch(visit: &Visit<'_>) -> Result<Reply, Refused> {
    let (view, paper) = visit.own_consent(KIND)?;
    let steps = shape::read(visit.call, &STEPS)?;
    in_force(&view)?;
    let mut patched = object! {
        "Data": paper.get("Data").cloned(),
        "Risk": paper.get("Risk").cloned(),
    };
    for (index, step) in steps.items().iter().enumerate() {
        apply(&mut patched, step)
            .map_err(|why| Refused::mistake(Code::Invalid, &format!("[{index}]"), format!("the step fails: {why}")))?;
    }
    let mut mistakes = Vec::new();
    shape::check(&patched, body::consent(visit.version), "", &mut mistakes);
    if !mistakes.is_empty() {
        return Err(Refused::request(mistakes));
    }
    moved(visit, &paper, &patched)
}

/// Keeps the new words of a consent if they say the same.
fn moved(visit: &Visit<'_>, old: &Json, new: &Json) -> Result<Reply, Refused> {
    for path in [&["Data", "ControlParameters"][..], &["Data", "Initiation", "CreditorAccount"]] {
        let same = match (old.at(path), new.at(path)) {
            (Some(old), Some(new)) => alike(old, new),
            (old, new) => old.is_none() && new.is_none(),
        };
        if !same {
            return Err(mismatch(&path.join("."), "a migration changes nothing the account holder agreed to"));
        }
    }
    agreeable(visit, new)?;
    let paper = object! {
        "Kind": KIND,
        "Data": new.get("Data").cloned(),
        "Risk": new.get("Risk").cloned(),
    };
    let (view, _) = visit.own_consent(KIND)?;
    keep(visit, &view.consent.id, &paper);
    Ok(consent_written(visit, StatusCode::OK, &view, &paper).committed())
}

const STEPS: shape::Shape = shape::Shape::List(
    &shape::Shape::Object(&[
        shape::Field(
            "op",
            shape::Need::Must,
            shape::Shape::Word(&["add", "remove", "replace", "move", "copy", "test"]),
        ),
        shape::Field("path", shape::Need::Must, shape::Shape::Text(500)),
        shape::Field("from", shape::Need::May, shape::Shape::Text(500)),
        shape::Field("value", shape::Need::May, shape::Shape::Any),
    ]),
    1,
    100,
);

/// One step of a patch (RFC 6902 4).
fn apply(document: &mut Json, step: &Json) -> Result<(), &'static str> {
    let path = step.text(&["path"]).unwrap_or_default();
    let from = || step.text(&["from"]).ok_or("`from` is missing");
    let value = || step.get("value").cloned().ok_or("`value` is missing");
    match step.text(&["op"]).unwrap_or_default() {
        "add" => place(document, path, value()?),
        "remove" => take(document, path).map(drop),
        "replace" => {
            take(document, path)?;
            place(document, path, value()?)
        }
        "move" => {
            let taken = take(document, from()?)?;
            place(document, path, taken)
        }
        "copy" => {
            let found = take(&mut document.clone(), from()?)?;
            place(document, path, found)
        }
        _ => match take(&mut document.clone(), path) {
            Ok(found) if alike(&found, &value()?) => Ok(()),
            _ => Err("the value is another"),
        },
    }
}

/// Splits a pointer (RFC 6901) into what holds the value and the value's name there.
fn parent<'a>(document: &'a mut Json, pointer: &str) -> Result<(&'a mut Json, String), &'static str> {
    let steps = pointer.strip_prefix('/').ok_or("a path begins with /")?;
    let mut steps: Vec<String> = steps.split('/').map(|step| step.replace("~1", "/").replace("~0", "~")).collect();
    let last = steps.pop().unwrap_or_default();
    let mut at = document;
    for step in steps {
        at = match at {
            Json::Object(members) => {
                members.iter_mut().find(|(name, _)| *name == step).map(|(_, value)| value).ok_or(NOTHING)?
            }
            Json::List(items) => step.parse::<usize>().ok().and_then(|index| items.get_mut(index)).ok_or(NOTHING)?,
            _ => return Err(NOTHING),
        };
    }
    Ok((at, last))
}

fn place(document: &mut Json, pointer: &str, value: Json) -> Result<(), &'static str> {
    match parent(document, pointer)? {
        (Json::Object(members), name) => {
            members.retain(|(known, _)| *known != name);
            members.push((name.into(), value));
            Ok(())
        }
        (Json::List(items), name) if name == "-" => {
            items.push(value);
            Ok(())
        }
        (Json::List(items), name) => {
            let index: usize = name.parse().ok().filter(|index| *index <= items.len()).ok_or(NOTHING)?;
            items.insert(index, value);
            Ok(())
        }
        _ => Err(NOTHING),
    }
}

fn take(document: &mut Json, pointer: &str) -> Result<Json, &'static str> {
    match parent(document, pointer)? {
        (Json::Object(members), name) => {
            let index = members.iter().position(|(known, _)| *known == name).ok_or(NOTHING)?;
            Ok(members.remove(index).1)
        }
        (Json::List(items), name) => {
            let index: usize = name.parse().ok().filter(|index| *index < items.len()).ok_or(NOTHING)?;
            Ok(items.remove(index))
        }
        _ => Err(NOTHING),
    }
}

const NOTHING: &str = "there is nothing at the path";
