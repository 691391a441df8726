//! Worlds: made, shown, reset, removed.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use bank_fixtures::seed::Seed;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Control;
use super::problem::{Failure, Json};
use crate::clock::Mode;
use crate::world::{Blueprint, ClockPlan, DEFAULT, World, Worlds};

#[derive(Serialize)]
pub(super) struct WorldView {
    name: String,
    seed: u64,
    now: String,
    banks: Vec<BankView>,
}

#[derive(Serialize)]
struct BankView {
    slug: String,
    name: String,
    dialect: &'static str,
    base_url: String,
    issuer: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NewWorld {
    name: Option<String>,
    seed: Option<u64>,
    clock: Option<NewClock>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewClock {
    mode: ModeName,
    factor: Option<f64>,
    start: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum ModeName {
    Real,
    Manual,
    Scaled,
}

pub(super) async fn list(State(control): State<Arc<Control>>) -> axum::Json<Vec<WorldView>> {
    axum::Json(control.worlds.all().iter().map(|world| control.view(world)).collect())
}

pub(super) async fn create(
    State(control): State<Arc<Control>>,
    Json(asked): Json<NewWorld>,
) -> Result<(StatusCode, axum::Json<WorldView>), Failure> {
    let name = match asked.name {
        Some(name) => name,
        None => control.worlds.free_name(),
    };
    Worlds::check_name(&name).map_err(|error| Failure::refused(error.to_string()))?;
    let mut blueprint = Blueprint::new(&name);
    if let Some(seed) = asked.seed {
        blueprint.seed = Seed::new(seed);
    }
    if let Some(clock) = asked.clock {
        blueprint.clock = clock.plan()?;
    }
    let world = World::make(blueprint).map_err(|error| Failure::refused(error.to_string()))?;
    if !control.worlds.add(Arc::clone(&world)) {
        return Err(Failure::conflict(format!("there is a world `{name}` already")));
    }
    Ok((StatusCode::CREATED, axum::Json(control.view(&world))))
}

pub(super) async fn show(
    State(control): State<Arc<Control>>,
    Path(world): Path<String>,
) -> Result<axum::Json<WorldView>, Failure> {
    Ok(axum::Json(control.view(&*control.world(&world)?)))
}

pub(super) async fn remove(
    State(control): State<Arc<Control>>,
    Path(name): Path<String>,
) -> Result<StatusCode, Failure> {
    control.world(&name)?;
    if name == DEFAULT {
        return Err(Failure::conflict("the default world stays; reset it instead"));
    }
    control.worlds.remove(&name);
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn reset(
    State(control): State<Arc<Control>>,
    Path(world): Path<String>,
) -> Result<axum::Json<WorldView>, Failure> {
    let fresh = control.world(&world)?.again().map_err(|error| Failure::refused(error.to_string()))?;
    control.worlds.replace(Arc::clone(&fresh));
    Ok(axum::Json(control.view(&fresh)))
}

impl NewClock {
    fn plan(self) -> Result<ClockPlan, Failure> {
        let mode = match (self.mode, self.factor) {
            (ModeName::Real, None) => Mode::Real,
            (ModeName::Manual, None) => Mode::Manual,
            (ModeName::Scaled, Some(factor)) if factor > 0.0 && factor.is_finite() => Mode::Scaled { factor },
            (ModeName::Scaled, _) => {
                return Err(Failure::refused("clock.factor: a scaled clock needs a factor above 0"));
            }
            (_, Some(_)) => return Err(Failure::refused("clock.factor: only a scaled clock has a factor")),
        };
        let start = self.start.as_deref().map(str::parse::<Timestamp>).transpose().map_err(|error| {
            Failure::refused(format!("clock.start: {error}; legal is an instant such as 2026-03-01T08:00:00Z"))
        })?;
        Ok(ClockPlan { mode, start })
    }
}

impl Control {
    fn view(&self, world: &World) -> WorldView {
        let bank_view = |bank: &Arc<crate::world::BankInstance>| {
            let base_url = self.bank_url(world, bank);
            BankView {
                slug: bank.slug.to_string(),
                name: bank.profile.name.clone(),
                dialect: bank.dialect.slug(),
                issuer: base_url.clone(),
                base_url,
            }
        };
        WorldView {
            name: world.name().to_owned(),
            seed: world.seed().number(),
            now: world.clock().now().to_string(),
            banks: world.banks().iter().map(bank_view).collect(),
        }
    }
}
