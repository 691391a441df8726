//! Aggregated polling (RFC 8936): a client fetches what waits for it and says what it has done with earlier messages.

use axum::http::StatusCode;

use crate::dialect::uk::error::{Code, JSON, Mistake, Refused};
use crate::dialect::uk::json::{Json, object};
use crate::dialect::uk::shape::Need::May;
use crate::dialect::uk::shape::Shape::{Any, Flag, List, Object, Text};
use crate::dialect::uk::shape::{self, Field, Shape};
use crate::dialect::uk::visit::Visit;
use crate::exchange::Reply;

const BODY: Shape = Object(&[
    Field("maxEvents", May, Any),
    Field("returnImmediately", May, Flag),
    Field("ack", May, List(&Text(128), 0, 10_000)),
    Field("setErrs", May, Any),
]);
const ERROR: Shape =
    Object(&[Field("err", shape::Need::Must, Text(40)), Field("description", shape::Need::Must, Text(256))]);

/// Most messages of one answer.
const MOST: u64 = 100;

/// Gives what waits. This bank never lets a client wait for more: what is there comes at once, as the client may ask and the
/// standard lets a bank do.
pub(in crate::dialect::uk) fn poll(visit: &Visit<'_>) -> Result<Reply, Refused> {
    let body = shape::read(visit.call, &BODY)?;
    let mut mistakes = Vec::new();
    let most = most(&body, &mut mistakes);
    let mut done: Vec<&str> = body.get("ack").map(Json::items).unwrap_or_default().iter().filter_map(text).collect();
    match body.get("setErrs") {
        None => {}
        Some(Json::Object(errors)) => {
            for (id, error) in errors {
                shape::check(error, &ERROR, &format!("setErrs.{id}"), &mut mistakes);
                // A message a client cannot read would come again for ever.
                done.push(id);
            }
        }
        Some(_) => mistakes.push(Mistake::new(Code::Expected, "setErrs", "write an object of errors by id")),
    }
    if !mistakes.is_empty() {
        return Err(Refused::request(mistakes));
    }
    let fetched = visit.bank.webhooks.mailboxes().fetch(&visit.access.client_id, &done, most);
    let sets = fetched.messages.into_iter().map(|(id, token)| (id.into(), Json::Text(token))).collect();
    let body = object! { "moreAvailable": fetched.more, "sets": Json::Object(sets) };
    Ok(Reply::new(StatusCode::OK, JSON, body.written()))
}

/// How many messages a client wants; all it may have if it does not say.
fn most(body: &Json, mistakes: &mut Vec<Mistake>) -> usize {
    let asked = match body.get("maxEvents") {
        None => Some(MOST),
        Some(Json::Number(number)) => number.as_u64(),
        Some(_) => None,
    };
    if asked.is_none() {
        mistakes.push(Mistake::new(Code::Invalid, "maxEvents", "write a whole number from 0 on"));
    }
    usize::try_from(asked.unwrap_or_default().min(MOST)).unwrap_or_default()
}

fn text(json: &Json) -> Option<&str> {
    json.text(&[])
}
