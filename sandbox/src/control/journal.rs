//! The journal of a world: read, waited for, followed, counted.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::problem::{Failure, Query};
use super::stream::{Feed, Follower};
use super::{Control, duration};
use crate::journal::{ENTRIES_LIMIT, Entry, Filter, Secrets, har, line};
use crate::world::World;

/// How long a reader waits for answers that are just reaching their clients.
const SETTLE: Duration = Duration::from_millis(50);
/// Without `silence`, and at most.
const SILENCE: Duration = Duration::from_secs(5);
const SILENCE_LIMIT: Duration = Duration::from_secs(600);
const NDJSON: &str = "application/x-ndjson";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Asked {
    since: Option<u64>,
    limit: Option<usize>,
    silence: Option<String>,
    secrets: Option<String>,
    bank: Option<String>,
    operation: Option<String>,
    client: Option<String>,
    status: Option<String>,
    consent: Option<String>,
    account: Option<String>,
    user: Option<String>,
    rule: Option<String>,
    idempotency_key: Option<String>,
    committed: Option<bool>,
    path: Option<String>,
    from: Option<String>,
    until: Option<String>,
}

#[derive(Serialize)]
pub(super) struct CountersView {
    total: u64,
    open: usize,
    evicted: u64,
    ended: Vec<CounterView>,
}

#[derive(Serialize)]
struct CounterView {
    operation: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    count: u64,
}

impl Asked {
    /// Every mistake in the filters, not the first alone.
    fn filter(&self) -> Result<Filter, Failure> {
        let mut wrong = Vec::new();
        let mut instant = |name: &str, text: &Option<String>| {
            let read = text.as_deref().map(str::parse::<Timestamp>).transpose();
            read.unwrap_or_else(|error| {
                wrong.push(format!("{name}: {error}; legal is an instant such as 2026-03-01T08:00:00Z"));
                None
            })
        };
        let (from, until) = (instant("from", &self.from), instant("until", &self.until));
        let status = self.status.as_deref().map(str::parse).transpose().unwrap_or_else(|error| {
            wrong.push(format!("status: {error}"));
            None
        });
        if !wrong.is_empty() {
            return Err(Failure::bad_request(wrong.join("; ")));
        }
        Ok(Filter {
            bank: self.bank.clone(),
            operation: self.operation.clone(),
            client: self.client.clone(),
            status,
            consent: self.consent.clone(),
            account: self.account.clone(),
            user: self.user.clone(),
            rule: self.rule.clone(),
            idempotency_key: self.idempotency_key.clone(),
            committed: self.committed,
            path: self.path.clone(),
            from,
            until,
        })
    }

    /// Only `next` knows silence.
    /// What was asked for of the entries kept, and whether secrets in them are shown.
    async fn find(&self, control: &Control, world: &World) -> Result<(Vec<(u64, Arc<Entry>)>, Secrets), Failure> {
        let (filter, secrets) = (self.filter()?, self.secrets(control)?);
        self.without_silence()?;
        world.journal().settle(SETTLE).await;
        let found = world.journal().read(self.since.unwrap_or(0), self.limit.unwrap_or(ENTRIES_LIMIT), &filter);
        Ok((found, secrets))
    }

    fn without_silence(&self) -> Result<(), Failure> {
        match self.silence {
            Some(_) => Err(Failure::bad_request("`silence` belongs to `journal/next`")),
            None => Ok(()),
        }
    }

    fn secrets(&self, control: &Control) -> Result<Secrets, Failure> {
        match (self.secrets.as_deref(), control.secrets) {
            (None | Some("hide"), _) => Ok(Secrets::Hidden),
            (Some("show"), Secrets::Shown) => Ok(Secrets::Shown),
            (Some("show"), Secrets::Hidden) => {
                Err(Failure::forbidden("secrets are shown only where the sandbox was started with `--show-secrets`"))
            }
            (Some(other), _) => {
                Err(Failure::bad_request(format!("secrets: `{other}` is not legal; legal are `hide` and `show`")))
            }
        }
    }
}

pub(super) async fn read(
    State(control): State<Arc<Control>>,
    Path(world): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let world = control.world(&world)?;
    let (found, secrets) = asked.find(&control, &world).await?;
    let mut body = String::new();
    for (seq, entry) in found {
        body.push_str(&line(world.name(), seq, &entry, secrets));
        body.push('\n');
    }
    Ok(([(header::CONTENT_TYPE, NDJSON)], body).into_response())
}

/// The same as an HTTP Archive.
pub(super) async fn archive(
    State(control): State<Arc<Control>>,
    Path(world): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let world = control.world(&world)?;
    let (found, secrets) = asked.find(&control, &world).await?;
    let body = har(world.name(), &control.base_url, &found, secrets);
    Ok(([(header::CONTENT_TYPE, "application/json")], body).into_response())
}

pub(super) async fn next(
    State(control): State<Arc<Control>>,
    Path(world): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let world = control.world(&world)?;
    let (filter, secrets) = (asked.filter()?, asked.secrets(&control)?);
    let silence = match &asked.silence {
        None => SILENCE,
        Some(text) => duration("silence", text)?.min(SILENCE_LIMIT),
    };
    Ok(match world.journal().next(asked.since.unwrap_or(0), silence, &filter).await {
        Some((seq, entry)) => one(&world, seq, &entry, secrets),
        None => StatusCode::NO_CONTENT.into_response(),
    })
}

fn one(world: &World, seq: u64, entry: &Entry, secrets: Secrets) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], line(world.name(), seq, entry, secrets)).into_response()
}

/// Every entry as it ends, as server-sent events, until the reader leaves or the world is replaced.
pub(super) async fn stream(
    State(control): State<Arc<Control>>,
    Path(world): Path<String>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let world = control.world(&world)?;
    let (filter, secrets) = (asked.filter()?, asked.secrets(&control)?);
    asked.without_silence()?;
    if asked.since.is_some() || asked.limit.is_some() {
        let detail = "`since` and `limit` do not belong to a stream; `Last-Event-ID` says where it goes on";
        return Err(Failure::bad_request(detail));
    }
    let last = match headers.get("last-event-id").map(|value| value.to_str().unwrap_or("").trim().parse::<u64>()) {
        None => 0,
        Some(Ok(last)) => last,
        Some(Err(_)) => {
            return Err(Failure::bad_request("Last-Event-ID is not the `id` of an event of this stream"));
        }
    };
    let body = Feed::follow(Follower { world, filter, secrets, last });
    let headers = [(header::CONTENT_TYPE, "text/event-stream"), (header::CACHE_CONTROL, "no-store")];
    Ok((headers, axum::body::Body::new(body)).into_response())
}

pub(super) async fn counters(
    State(control): State<Arc<Control>>,
    Path(world): Path<String>,
) -> Result<axum::Json<CountersView>, Failure> {
    let counters = control.world(&world)?.journal().counters();
    let ended = counters.ended.into_iter().map(|(operation, status, count)| CounterView {
        operation: operation.name(),
        status: (status != 0).then_some(status),
        count,
    });
    let (total, open, evicted) = (counters.total, counters.open, counters.evicted);
    Ok(axum::Json(CountersView { total, open, evicted, ended: ended.collect() }))
}
