//! The clock of a world.

use std::sync::Arc;

use axum::extract::{Path, State};
use bank_fixtures::canonical::payment_status_word;
use serde::{Deserialize, Serialize};

use super::Control;
use super::problem::{Failure, Json};
use super::shape::Shaped;
use crate::bank::Happened;
use crate::clock::Mode;
use crate::world::Fired;

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
    /// Wait for the answers to webhooks too.
    #[serde(default)]
    drain: bool,
}

impl Shaped for Advance {
    const SCHEMA: &'static str = "Advance";
}

#[derive(Serialize)]
pub(super) struct Advanced {
    now: String,
    happened: Vec<EventView>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fired: Vec<FiredView>,
    /// Only where it is not so.
    #[serde(skip_serializing_if = "Option::is_none")]
    complete: Option<bool>,
}

/// Something that happened at a bank. A payment is told by its status alone, anything else by its event.
#[derive(Serialize)]
struct EventView {
    at: String,
    bank: String,
    event: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    payment_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    consent_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    account_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    transaction_id: Option<String>,
    version: u64,
}

/// A timer of the scenario.
#[derive(Serialize)]
struct FiredView {
    at: String,
    by: String,
    what: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    trouble: Option<String>,
}

pub(super) async fn show(
    State(control): State<Arc<Control>>,
    Path(world): Path<String>,
) -> Result<axum::Json<ClockView>, Failure> {
    let world = control.world(&world)?;
    let (mode, factor) = match world.clock().mode() {
        Mode::Real => ("real", None),
        Mode::Manual => ("manual", None),
        Mode::Auto => ("auto", None),
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
    let advanced = if asked.drain { world.advance_and_drain(by).await } else { world.advance(by) };
    let complete = (!advanced.complete).then_some(false);
    Ok(axum::Json(Advanced {
        now: advanced.now.to_string(),
        happened: advanced.happened.into_iter().map(|(bank, event)| EventView::of(&bank, event)).collect(),
        fired: advanced.fired.into_iter().map(FiredView::of).collect(),
        complete,
    }))
}

impl EventView {
    fn of(bank: &str, happened: Happened) -> EventView {
        let subject = happened.subject;
        let payment = subject.payment;
        EventView {
            at: happened.at.to_string(),
            bank: bank.to_owned(),
            event: if payment.is_some() { "payment.status" } else { happened.event.name() },
            status: payment.as_ref().map(|payment| payment_status_word(payment.status)),
            account_id: subject.account_id.filter(|_| payment.is_none()),
            payment_id: payment.map(|payment| payment.id),
            consent_id: subject.consent_id,
            transaction_id: subject.transaction_id,
            version: happened.version,
        }
    }
}

impl FiredView {
    fn of(fired: Fired) -> FiredView {
        FiredView {
            at: fired.at.to_string(),
            by: fired.by.to_string(),
            what: fired.what.to_string(),
            trouble: fired.trouble,
        }
    }
}
