//! Reading the parts of a request that are not its body: query parameters, headers, what the client accepts.

use axum::http::header;
use jiff::civil::Date;

use super::json::{self, Json};
use crate::bank::{StatementFilter, StatusFilter};
use crate::dialect::cursor::Cursor;
use crate::exchange::{Call, Problem, ProblemKind};
use crate::profile::PageSizes;

/// The query parameters of a call, each known and given once.
pub(super) struct Query(Vec<(String, String)>);

impl Query {
    /// Reads a query with no parameters but these, from a client that accepts JSON.
    pub(super) fn read(call: &Call<'_>, known: &[&str]) -> Result<Query, Problem> {
        accepts_json(call)?;
        let mut read: Vec<(String, String)> = Vec::new();
        for (name, value) in url::form_urlencoded::parse(call.request.query.as_bytes()) {
            if !known.contains(&name.as_ref()) {
                let legal = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
                return Err(wrong(&name, format!("this parameter is not known; known are {legal}")));
            }
            if read.iter().any(|earlier| earlier.0 == name) {
                return Err(wrong(&name, "this parameter comes twice".to_owned()));
            }
            read.push((name.into_owned(), value.into_owned()));
        }
        Ok(Query(read))
    }

    /// A parameter as it came.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|parameter| parameter.0 == name).map(|parameter| parameter.1.as_str())
    }

    /// Rows wanted on the page.
    pub(super) fn limit(&self, pages: PageSizes) -> Result<usize, Problem> {
        let Some(text) = self.get("limit") else { return Ok(pages.default as usize) };
        let digits = text.bytes().all(|byte| byte.is_ascii_digit());
        let limit = text.parse::<u32>().ok().filter(|limit| digits && (1..=pages.max).contains(limit));
        let legal = || wrong("limit", format!("write a whole number from 1 to {}", pages.max));
        limit.map(|limit| limit as usize).ok_or_else(legal)
    }

    /// Which entries of an account are wanted.
    pub(super) fn filter(&self) -> Result<StatementFilter, Problem> {
        let (from, to) = (self.date("from")?, self.date("to")?);
        if from.zip(to).is_some_and(|(from, to)| from > to) {
            return Err(wrong("from", "`from` is later than `to`".to_owned()));
        }
        let status = match self.get("status") {
            None | Some("all") => StatusFilter::All,
            Some("booked") => StatusFilter::Booked,
            Some("pending") => StatusFilter::Pending,
            Some(_) => return Err(wrong("status", "write booked, pending or all".to_owned())),
        };
        Ok(StatementFilter { from, to, status })
    }

    /// Where the list goes on, if this is not its first page.
    pub(super) fn cursor(&self, list: &str) -> Result<Option<Cursor>, Problem> {
        let Some(text) = self.get("cursor") else { return Ok(None) };
        Cursor::read(text, list).map(Some).ok_or_else(|| {
            let detail = "the cursor is damaged, or of another list or filter: read the list from its start";
            Problem::new(ProblemKind::InvalidCursor, detail).at("query.cursor")
        })
    }

    fn date(&self, name: &str) -> Result<Option<Date>, Problem> {
        let Some(text) = self.get(name) else { return Ok(None) };
        date(text).map(Some).map_err(|legal| wrong(name, legal))
    }
}

/// A date in the one form the contract has.
pub(super) fn date(text: &str) -> Result<Date, String> {
    let shape = text.len() == 10
        && text.bytes().enumerate().all(|(position, byte)| match position {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        });
    let date = text.parse().ok().filter(|_| shape);
    date.ok_or_else(|| "write a date that exists, as YYYY-MM-DD".to_owned())
}

/// The body of a call that must be JSON.
pub(super) fn body(call: &Call<'_>) -> Result<Json, Problem> {
    let kind = call.header("content-type").unwrap_or("");
    let essence = kind.split(';').next().unwrap_or("").trim();
    if !essence.eq_ignore_ascii_case("application/json") {
        let detail = "send the body as application/json";
        return Err(Problem::new(ProblemKind::UnsupportedMediaType, detail).at("header.Content-Type"));
    }
    json::read(&call.request.body)
}

/// The key under which an order is made.
pub(super) fn idempotency_key<'a>(call: &'a Call<'_>) -> Result<&'a str, Problem> {
    const FIELD: &str = "header.Idempotency-Key";
    let mut keys = call.request.headers.get_all("idempotency-key").iter();
    let Some(key) = keys.next() else {
        let detail = "send an Idempotency-Key header: a new one for a new order, the same one for another try";
        return Err(Problem::new(ProblemKind::MissingIdempotencyKey, detail).at(FIELD));
    };
    let legal = |key: &&str| (1..=255).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic());
    let key = key.to_str().ok().filter(legal).filter(|_| keys.next().is_none());
    let detail = "send one Idempotency-Key of 1 to 255 visible ASCII characters";
    key.ok_or_else(|| Problem::new(ProblemKind::InvalidParameter, detail).at(FIELD))
}

/// RFC 9110 12.5.1, as far as one representation needs it.
fn accepts_json(call: &Call<'_>) -> Result<(), Problem> {
    let mut ranges =
        call.request.headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok()).peekable();
    if ranges.peek().is_none() {
        return Ok(());
    }
    let fits = |range: &str| {
        let mut parts = range.split(';').map(str::trim);
        let name = parts.next().unwrap_or("").to_ascii_lowercase();
        let refused = parts.any(|part| {
            let quality = part.strip_prefix("q=").or(part.strip_prefix("Q=")).and_then(|text| text.parse::<f32>().ok());
            quality == Some(0.0)
        });
        !refused && matches!(name.as_str(), "*/*" | "application/*" | "application/json" | "application/problem+json")
    };
    if ranges.flat_map(|value| value.split(',')).any(fits) {
        return Ok(());
    }
    Err(Problem::new(ProblemKind::NotAcceptable, "accept application/json").at("header.Accept"))
}

fn wrong(name: &str, detail: String) -> Problem {
    Problem::new(ProblemKind::InvalidParameter, detail).at(format!("query.{name}"))
}
