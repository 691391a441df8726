//! Copies of a world: taken, gone back to, let loose.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};

use super::Control;
use super::problem::{Failure, Json};
use super::shape::Shaped;
use super::worlds::{OriginView, WorldView, life, unfit};
use crate::world::{Snapshot, SnapshotError, Worlds};

/// How long a copy waits for exchanges that are just ending, so that it holds whole calls.
const SETTLE: Duration = Duration::from_millis(50);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NewSnapshot {
    name: Option<String>,
}

impl Shaped for NewSnapshot {
    const SCHEMA: &'static str = "NewSnapshot";
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Restore {
    snapshot: String,
}

impl Shaped for Restore {
    const SCHEMA: &'static str = "Restore";
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Fork {
    name: Option<String>,
    snapshot: Option<String>,
    #[serde(default)]
    clients: Vec<String>,
    ttl: Option<String>,
}

impl Shaped for Fork {
    const SCHEMA: &'static str = "Fork";
}

#[derive(Serialize)]
pub(super) struct SnapshotView {
    id: String,
    taken_at: String,
    of: OriginView,
}

pub(super) async fn list(
    State(control): State<Arc<Control>>,
    Path(world): Path<String>,
) -> Result<axum::Json<Vec<SnapshotView>>, Failure> {
    let snapshots = control.world(&world)?.snapshots();
    Ok(axum::Json(snapshots.iter().map(|snapshot| view(snapshot)).collect()))
}

pub(super) async fn take(
    State(control): State<Arc<Control>>,
    Path(world): Path<String>,
    Json(asked): Json<NewSnapshot>,
) -> Result<(StatusCode, axum::Json<SnapshotView>), Failure> {
    let world = control.world(&world)?;
    if let Some(name) = &asked.name
        && Worlds::check_name(name).is_err()
    {
        let detail = format!("`{name}` cannot name a snapshot: 1 to 40 of `a`-`z`, `0`-`9` and single `-` inside");
        return Err(Failure::refused(detail));
    }
    world.journal().settle(SETTLE).await;
    let snapshot = world.snapshot(asked.name.as_deref()).map_err(|error| failed(&error))?;
    Ok((StatusCode::CREATED, axum::Json(view(&snapshot))))
}

pub(super) async fn remove(
    State(control): State<Arc<Control>>,
    Path((world, snapshot)): Path<(String, String)>,
) -> Result<StatusCode, Failure> {
    control.world(&world)?.remove_snapshot(&snapshot).map_err(|error| failed(&error))?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn restore(
    State(control): State<Arc<Control>>,
    Path(world): Path<String>,
    Json(asked): Json<Restore>,
) -> Result<axum::Json<WorldView>, Failure> {
    let restored = control.world(&world)?.restored(&asked.snapshot).map_err(|error| failed(&error))?;
    control.replace(restored)
}

pub(super) async fn fork(
    State(control): State<Arc<Control>>,
    Path(world): Path<String>,
    Json(asked): Json<Fork>,
) -> Result<(StatusCode, axum::Json<WorldView>), Failure> {
    let world = control.world(&world)?;
    let name = control.name_for_new(asked.name)?;
    let ttl = asked.ttl.as_deref().map(life).transpose()?;
    if asked.snapshot.is_none() {
        world.journal().settle(SETTLE).await;
    }
    let forked = world.fork(&name, asked.snapshot.as_deref(), |blueprint| {
        blueprint.clients = asked.clients;
        blueprint.ttl = ttl.or(blueprint.ttl);
    });
    let forked = forked.map_err(|error| failed(&error))?;
    control.worlds.add(Arc::clone(&forked)).map_err(|error| unfit(&error))?;
    Ok((StatusCode::CREATED, axum::Json(control.view(&forked))))
}

fn failed(error: &SnapshotError) -> Failure {
    match error {
        SnapshotError::Taken(_) => Failure::conflict(error.to_string()),
        SnapshotError::Full => Failure::full(error.to_string()),
        SnapshotError::Unknown(name, known) => Failure::unknown("snapshot", name, known),
    }
}

fn view(snapshot: &Snapshot) -> SnapshotView {
    SnapshotView {
        id: snapshot.id.clone(),
        taken_at: snapshot.taken_at.to_string(),
        of: OriginView::of(&snapshot.origin),
    }
}
