//! Answers: the envelope every body is wrapped in, and the pages of a list.

use axum::http::StatusCode;

use super::error::{Code, JSON, Refused};
use super::json::{Json, object};
use super::visit::Visit;
use crate::dialect::cursor::Cursor;
use crate::exchange::Reply;

/// Where a page stands among its like.
#[derive(Debug, Clone, Default)]
pub(super) struct Links {
    /// Whether there are several pages, so that the first one is worth naming.
    pub first: bool,
    /// Cursor of the next page.
    pub next: Option<String>,
}

/// One record, or a list on one page.
pub(super) fn one(visit: &Visit<'_>, status: StatusCode, data: Json) -> Reply {
    wrapped(visit, status, object! { "Data": data }, &Links::default(), meta(Some(1)))
}

/// One record whose own address is not that of the call.
pub(super) fn at(status: StatusCode, body: Json, address: &str) -> Reply {
    let body = body.with("Links", object! { "Self": address }).with("Meta", meta(Some(1)));
    Reply::new(status, JSON, body.written())
}

/// A body with links and meta.
pub(super) fn wrapped(visit: &Visit<'_>, status: StatusCode, body: Json, links: &Links, meta: Json) -> Reply {
    let body = body.with("Links", written(visit, links)).with("Meta", meta);
    Reply::new(status, JSON, body.written())
}

/// One page of rows under a name.
pub(super) fn list(visit: &Visit<'_>, name: &'static str, rows: Vec<Json>) -> Result<Reply, Refused> {
    list_with(visit, name, rows, |data| data)
}

/// The same, with something to add to `Data`.
pub(super) fn list_with(
    visit: &Visit<'_>,
    name: &'static str,
    rows: Vec<Json>,
    complete: impl FnOnce(Json) -> Json,
) -> Result<Reply, Refused> {
    let size = visit.bank.ledger.profile().pages.default as usize;
    let consent = visit.access.consent_id.as_deref().unwrap_or_default();
    let list = format!("{name} {consent} {}", visit.call.request.path);
    let all = rows.len();
    let (page, left) = match cursor(visit, &list)? {
        Some(Cursor::Rows { page, left }) => (page, all.min(usize::try_from(left).unwrap_or(usize::MAX))),
        _ => (1, all),
    };
    let shown: Vec<Json> = rows.into_iter().skip(all - left).take(size).collect();
    let left = left - shown.len();
    let next = (left > 0).then(|| Cursor::Rows { page: page.saturating_add(1), left: left as u64 }.text(&list));
    let links = Links { first: page > 1 || next.is_some(), next };
    let data = complete(Json::Object(vec![(name.into(), Json::List(shown))]));
    let pages = all.div_ceil(size).max(1);
    Ok(wrapped(visit, StatusCode::OK, object! { "Data": data }, &links, meta(Some(pages as u64))))
}

pub(super) fn meta(pages: Option<u64>) -> Json {
    object! { "TotalPages": pages }
}

/// Name of the parameter that names a page.
pub(super) const PAGE: &str = "page";

/// Where the list goes on, if this is not its first page.
fn cursor(visit: &Visit<'_>, list: &str) -> Result<Option<Cursor>, Refused> {
    let Some(text) = visit.call.query(PAGE) else { return Ok(None) };
    Cursor::read(&text, list).map(Some).ok_or_else(bad_cursor)
}

pub(super) fn bad_cursor() -> Refused {
    let message = "the page is of another list or damaged: follow the links, or read the list from its start";
    Refused::mistake(Code::Invalid, PAGE, message)
}

fn written(visit: &Visit<'_>, links: &Links) -> Json {
    let first = links.first.then(|| address(visit, None));
    let this = visit.call.query(PAGE);
    object! {
        "Self": address(visit, this.as_deref()),
        "First": first,
        "Next": links.next.as_deref().map(|page| address(visit, Some(page))),
    }
}

/// The absolute address of a page of this call: every other parameter stays.
fn address(visit: &Visit<'_>, page: Option<&str>) -> String {
    let request = visit.call.request;
    let named = |pair: &&str| pair.split('=').next() == Some(PAGE);
    let kept = request.query.split('&').filter(|pair| !pair.is_empty() && !named(pair)).map(str::to_owned);
    let pairs: Vec<String> = kept.chain(page.map(|page| format!("{PAGE}={page}"))).collect();
    let path = format!("{}{}", request.resource_base(), request.path);
    if pairs.is_empty() { path } else { format!("{path}?{}", pairs.join("&")) }
}
