//! The clock of a world.

use std::sync::Arc;

use axum::extract::{Path, State};
use bank_fixtures::canonical::payment_status_word;
use serde::{Deserialize, Serialize};

use super::Control;
use super::problem::{Failure, Json};
use super::shape::Shaped;
use crate::clock::Mode;

#[derive(Serialize)]
pub(super) struct ClockView {
    now: String,
    mode: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    factor: Option<f64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Advance {
    by: String,
}

impl Shaped for Advance {
    const SCHEMA: &'static str = "Advance";
}

#[derive(Serialize)]
pub(super) struct Advanced {
    now: String,
    happened: Vec<EventView>,
}

#[derive(Serialize)]
struct EventView {
    at: String,
    bank: String,
    event: &'static str,
    payment_id: String,
    status: &'static str,
}

pub(super) async fn show(
    State(control): State<Arc<Control>>,
    Path(world): Path<String>,
) -> Result<axum::Json<ClockView>, Failure> {
    let world = control.world(&world)?;
    let (mode, factor) = match world.clock().mode() {
        Mode::Real => ("real", None),
        Mode::Manual => ("manual", None),
        Mode::Scaled { factor } => ("scaled", Some(factor)),
    };
    Ok(axum::Json(ClockView { now: world.clock().now().to_string(), mode, factor }))
}

pub(super) async fn advance(
    State(control): State<Arc<Control>>,
    Path(world): Path<String>,
    Json(asked): Json<Advance>,
) -> Result<axum::Json<Advanced>, Failure> {
    let world = control.world(&world)?;
    let by = super::duration("by", &asked.by)?;
    let (now, happened) = world.advance(by);
    let happened = happened.into_iter().map(|(bank, event)| EventView {
        at: event.at.to_string(),
        bank: bank.to_string(),
        event: "payment.status",
        payment_id: event.payment_id,
        status: payment_status_word(event.status),
    });
    Ok(axum::Json(Advanced { now: now.to_string(), happened: happened.collect() }))
}
