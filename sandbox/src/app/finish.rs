//! What every answer carries: date, request id, journal entry, length.

use std::fmt::Write;

use axum::http::header::{ALLOW, CONTENT_LENGTH, DATE, Entry, HeaderMap, HeaderName, HeaderValue};
use bank_fixtures::seed::Seed;
use jiff::Timestamp;

use crate::exchange::Reply;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const JOURNAL: HeaderName = HeaderName::from_static("x-sandbox-journal");
/// Longest request id that is echoed.
const REQUEST_ID_LIMIT: usize = 128;

/// The request id of an answer: the client's if it is 1 to 128 visible ASCII characters, else one of our own.
pub(super) fn request_id(headers: &HeaderMap, seed: Seed, seq: u64) -> String {
    let given = headers.get(REQUEST_ID).and_then(|value| value.to_str().ok());
    match given {
        Some(id) if (1..=REQUEST_ID_LIMIT).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_graphic()) => {
            id.to_owned()
        }
        _ => format!("{:016x}", seed.of("request-id").at(seq).number()),
    }
}

/// Adds what is missing. `journal` is the world and number of the entry that explains this answer.
pub(super) fn headers(reply: &mut Reply, request_id: &str, now: Timestamp, journal: Option<(&str, u64)>) {
    let headers = &mut reply.headers;
    if !reply.withheld.contains(&DATE) {
        headers.entry(DATE).or_insert_with(|| http_date(now));
    }
    if !reply.withheld.contains(&REQUEST_ID) {
        headers
            .entry(REQUEST_ID)
            .or_insert_with(|| HeaderValue::from_str(request_id).expect("visible ASCII is legal in a header"));
    }
    if let Some((world, seq)) = journal {
        let mut text = String::with_capacity(world.len() + 12);
        write!(text, "{world}-{seq}").expect("writing to a string cannot fail");
        headers.entry(JOURNAL).or_insert_with(|| HeaderValue::try_from(text).expect("names of worlds are ASCII"));
    }
    let bodiless = reply.status.is_informational() || matches!(reply.status.as_u16(), 204 | 304);
    if !bodiless {
        headers.insert(CONTENT_LENGTH, HeaderValue::from(reply.body.len()));
    }
}

/// Promises another length than the body has, or none, where one is promised at all.
pub(super) fn promise(reply: &mut Reply, length: Option<u64>) {
    if let Entry::Occupied(mut promised) = reply.headers.entry(CONTENT_LENGTH) {
        match length {
            Some(length) => drop(promised.insert(HeaderValue::from(length))),
            None => drop(promised.remove()),
        }
    }
}

/// Says which methods a path has.
pub(super) fn allow(reply: &mut Reply, methods: &str) {
    if let (false, Ok(value)) = (methods.is_empty(), HeaderValue::from_str(methods)) {
        reply.headers.insert(ALLOW, value);
    }
}

/// RFC 9110 5.6.7, from virtual time.
fn http_date(now: Timestamp) -> HeaderValue {
    let text = jiff::fmt::rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&now);
    text.ok().and_then(|text| HeaderValue::try_from(text).ok()).unwrap_or(HeaderValue::from_static(""))
}
