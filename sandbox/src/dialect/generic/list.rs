//! List answers: the envelope, the links and the cursors of rows that are numbered.

use axum::http::{StatusCode, header};
use serde::Serialize;

use super::body::{Links, List};
use super::query::Query;
use crate::dialect::cursor::Cursor;
use crate::exchange::{Call, Problem, Reply};
use crate::profile::PageSizes;

/// What a list body costs without its rows, and what a row of an unknown list may cost: a guess that saves growing.
const ENVELOPE_BYTES: usize = 512;
const ROW_BYTES: usize = 256;

/// A list answer. `bytes` is a guess at the length of the rows; `next` the cursor of the next page.
pub(super) fn answer<T: Serialize>(call: &Call<'_>, data: T, bytes: usize, next: Option<String>) -> Reply {
    let this = address(call, None);
    let next = next.map(|cursor| address(call, Some(&cursor)));
    let body = List { data, links: Links { this: &this, next: next.as_deref() } };
    let reply = json(StatusCode::OK, &body, ENVELOPE_BYTES + bytes);
    match next {
        Some(next) => reply.header(header::LINK, &format!("<{next}>; rel=\"next\"")),
        None => reply,
    }
}

/// One page of rows that are counted from the end, so that new ones at the start shift nothing.
pub(super) fn page<'r, R, T: Serialize>(
    call: &Call<'_>,
    query: &Query,
    pages: PageSizes,
    list: &str,
    rows: &'r [R],
    write: impl Fn(&'r R) -> T,
) -> Result<Reply, Problem> {
    let limit = query.limit(pages)?;
    let (page, left) = match query.cursor(list)? {
        Some(Cursor::Rows { page, left }) => (page, rows.len().min(usize::try_from(left).unwrap_or(usize::MAX))),
        _ => (1, rows.len()),
    };
    let start = rows.len() - left;
    let shown = &rows[start..start + left.min(limit)];
    let left = left - shown.len();
    let next = (left > 0).then(|| Cursor::Rows { page: page.saturating_add(1), left: left as u64 }.text(list));
    let data: Vec<T> = shown.iter().map(write).collect();
    Ok(answer(call, data, shown.len() * ROW_BYTES, next))
}

/// A body, written into one buffer of about its length.
pub(super) fn json(status: StatusCode, body: &impl Serialize, bytes: usize) -> Reply {
    let mut buffer = Vec::with_capacity(bytes);
    serde_json::to_writer(&mut buffer, body).expect("bodies hold only strings, and writing to memory cannot fail");
    Reply::new(status, "application/json", buffer)
}

/// One record.
pub(super) fn record(status: StatusCode, body: &impl Serialize) -> Reply {
    json(status, body, ENVELOPE_BYTES)
}

/// The absolute address of this call, or of the page a cursor starts: every other parameter stays.
fn address(call: &Call<'_>, cursor: Option<&str>) -> String {
    let request = call.request;
    let mut address = format!("{}{}", request.resource_base(), request.path);
    let Some(cursor) = cursor else {
        if !request.query.is_empty() {
            address.push('?');
            address.push_str(&request.query);
        }
        return address;
    };
    let kept = request.query.split('&').filter(|pair| !pair.is_empty() && !pair.starts_with("cursor="));
    for (position, pair) in kept.chain([format!("cursor={cursor}").as_str()]).enumerate() {
        address.push(if position == 0 { '?' } else { '&' });
        address.push_str(pair);
    }
    address
}
