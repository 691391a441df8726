//! The journal of a world: read, waited for, counted.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};

use super::problem::{Failure, Query};
use super::{Control, duration};
use crate::journal::{ENTRIES_LIMIT, Filter, line};
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
    #[serde(default)]
    since: u64,
    limit: Option<usize>,
    bank: Option<String>,
    operation: Option<String>,
    client: Option<String>,
    status: Option<String>,
    silence: Option<String>,
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
    fn filter(&self) -> Result<Filter, Failure> {
        let status = self.status.as_deref().map(str::parse).transpose();
        let status = status.map_err(|error| Failure::bad_request(format!("status: {error}")))?;
        let (bank, operation, client) = (self.bank.clone(), self.operation.clone(), self.client.clone());
        Ok(Filter { bank, operation, client, status })
    }
}

pub(super) async fn read(
    State(control): State<Arc<Control>>,
    Path(world): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let world = control.world(&world)?;
    let filter = asked.filter()?;
    if asked.silence.is_some() {
        return Err(Failure::bad_request("`silence` belongs to `journal/next`"));
    }
    world.journal().settle(SETTLE).await;
    let found = world.journal().read(asked.since, asked.limit.unwrap_or(ENTRIES_LIMIT), &filter);
    let mut body = String::new();
    for (seq, entry) in found {
        body.push_str(&line(world.name(), seq, &entry));
        body.push('\n');
    }
    Ok(([(header::CONTENT_TYPE, NDJSON)], body).into_response())
}

pub(super) async fn next(
    State(control): State<Arc<Control>>,
    Path(world): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let world = control.world(&world)?;
    let filter = asked.filter()?;
    let silence = match &asked.silence {
        None => SILENCE,
        Some(text) => duration("silence", text)?.min(SILENCE_LIMIT),
    };
    Ok(match world.journal().next(asked.since, silence, &filter).await {
        Some((seq, entry)) => one(&world, seq, &entry),
        None => StatusCode::NO_CONTENT.into_response(),
    })
}

fn one(world: &World, seq: u64, entry: &crate::journal::Entry) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], line(world.name(), seq, entry)).into_response()
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
