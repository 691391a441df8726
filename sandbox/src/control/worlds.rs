//! Worlds: made, shown, reset, removed; and the scenario in force.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use bank_fixtures::seed::Seed;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Control;
use super::access::Granted;
use super::problem::{Failure, Json, Text};
use super::shape::Shaped;
use crate::clock::{self, Delays, Mode};
use crate::profile::ConsentDecision;
use crate::scenario::{ClockSpec, Scenario};
use crate::world::{AddError, Blueprint, DEFAULT, LoadRefused, Origin, Prepared, World, WorldError, Worlds};

#[derive(Serialize)]
pub(super) struct WorldView {
    name: String,
    seed: u64,
    now: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    scenario: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ttl_seconds: Option<f64>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    clients: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    copy_of: Option<OriginView>,
    banks: Vec<BankView>,
    /// Base URLs at listeners that are this world's alone.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    ports: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    access: Vec<AccessView>,
}

/// What a world is a copy of: where the story before its journal is told.
#[derive(Serialize)]
pub(super) struct OriginView {
    world: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    snapshot: Option<String>,
    seq: u64,
    at: String,
}

/// Access that the scenario prepared.
#[derive(Serialize)]
struct AccessView {
    bank: String,
    client_id: String,
    username: String,
    #[serde(flatten)]
    granted: Granted,
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
    scenario: Option<String>,
    clock: Option<NewClock>,
    #[serde(default)]
    clients: Vec<String>,
    consents: Option<ConsentsName>,
    ttl: Option<String>,
}

impl Shaped for NewWorld {
    const SCHEMA: &'static str = "NewWorld";
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewClock {
    mode: ModeName,
    factor: Option<f64>,
    start: Option<String>,
    delays: Option<DelaysName>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum ModeName {
    Real,
    Manual,
    Scaled,
    Auto,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum ConsentsName {
    Asked,
    Automatic,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum DelaysName {
    Real,
    Virtual,
}

pub(super) async fn list(State(control): State<Arc<Control>>) -> axum::Json<Vec<WorldView>> {
    axum::Json(control.worlds.all().iter().map(|world| control.view(world)).collect())
}

pub(super) async fn create(
    State(control): State<Arc<Control>>,
    Json(asked): Json<NewWorld>,
) -> Result<(StatusCode, axum::Json<WorldView>), Failure> {
    let name = control.name_for_new(asked.name)?;
    let scenario = asked.scenario.as_deref().map(compile).transpose()?;
    let mut blueprint = Blueprint::new(&name, scenario);
    blueprint.seed = asked.seed.map(Seed::new);
    blueprint.clock = asked.clock.map(NewClock::spec).transpose()?;
    blueprint.ttl = asked.ttl.as_deref().map(life).transpose()?;
    blueprint.clients = asked.clients;
    if let Some(decision) = asked.consents {
        blueprint.decide_consents(match decision {
            ConsentsName::Asked => ConsentDecision::Asked,
            ConsentsName::Automatic => ConsentDecision::Automatic,
        });
    }
    blueprint.webhook_hosts = Arc::clone(control.worlds.default_world().webhook_hosts());
    blueprint.authority = control.worlds.default_world().authority().cloned();
    let world = World::make(blueprint).map_err(|error| unmade(&error))?;
    control.worlds.add(Arc::clone(&world)).map_err(|error| unfit(&error))?;
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
    let fresh = control.world(&world)?.again().map_err(|error| unmade(&error))?;
    control.replace(fresh)
}

pub(super) async fn scenario(
    State(control): State<Arc<Control>>,
    Path(world): Path<String>,
) -> Result<Response, Failure> {
    let world = control.world(&world)?;
    Ok(match world.scenario() {
        Some(scenario) => ([(header::CONTENT_TYPE, "application/yaml")], scenario.source().to_owned()).into_response(),
        None => StatusCode::NO_CONTENT.into_response(),
    })
}

pub(super) async fn load(
    State(control): State<Arc<Control>>,
    Path(world): Path<String>,
    Text(text): Text,
) -> Result<axum::Json<WorldView>, Failure> {
    let world = control.world(&world)?;
    match Scenario::compile("scenario.yaml", &text) {
        Ok(scenario) => world.load(Arc::new(scenario)).map_err(|error| unmade(&error))?,
        Err(found) => {
            let failure = Failure::file(&found);
            world.refuse(LoadRefused::mistakes(clock::wall(), found));
            return Err(failure);
        }
    }
    Ok(axum::Json(control.view(&world)))
}

fn unmade(error: &WorldError) -> Failure {
    use std::error::Error;
    let cause = error.source().map(|cause| format!(": {cause}")).unwrap_or_default();
    Failure::refused(format!("{error}{cause}"))
}

/// Why a world cannot be added to the others.
pub(super) fn unfit(error: &AddError) -> Failure {
    match error {
        AddError::Full(_) => Failure::full(error.to_string()),
        AddError::Taken(_) | AddError::Claimed(..) => Failure::conflict(error.to_string()),
    }
}

/// How long a world lives unused.
pub(super) fn life(text: &str) -> Result<std::time::Duration, Failure> {
    let ttl = super::duration("ttl", text)?;
    if ttl.is_zero() { Err(Failure::refused("ttl: a world cannot live for no time at all")) } else { Ok(ttl) }
}

fn compile(text: &str) -> Result<Arc<Scenario>, Failure> {
    Scenario::compile("scenario.yaml", text).map(Arc::new).map_err(|errors| Failure::file(&errors))
}

impl NewClock {
    fn spec(self) -> Result<ClockSpec, Failure> {
        let mode = match (self.mode, self.factor) {
            (ModeName::Real, None) => Mode::Real,
            (ModeName::Manual, None) => Mode::Manual,
            (ModeName::Auto, None) => Mode::Auto,
            (ModeName::Scaled, Some(factor)) if factor > 0.0 && factor.is_finite() => Mode::Scaled { factor },
            (ModeName::Scaled, _) => {
                return Err(Failure::refused("clock.factor: a scaled clock needs a factor above 0"));
            }
            (_, Some(_)) => return Err(Failure::refused("clock.factor: only a scaled clock has a factor")),
        };
        let start = self.start.as_deref().map(str::parse::<Timestamp>).transpose().map_err(|error| {
            Failure::refused(format!("clock.start: {error}; legal is an instant such as 2026-03-01T08:00:00Z"))
        })?;
        let delays = match self.delays {
            None | Some(DelaysName::Real) => Delays::Real,
            Some(DelaysName::Virtual) => Delays::Virtual,
        };
        Ok(ClockSpec { mode, start, delays })
    }
}

fn access_view(prepared: &Prepared) -> AccessView {
    AccessView {
        bank: prepared.bank.to_string(),
        client_id: prepared.client_id.clone(),
        username: prepared.username.clone(),
        granted: Granted::of(prepared.access.clone()),
    }
}

impl OriginView {
    pub(super) fn of(origin: &Origin) -> OriginView {
        let Origin { world, snapshot, seq, at } = origin.clone();
        OriginView { world, snapshot, seq, at: at.to_string() }
    }
}

impl Control {
    /// The name of a world to be made: the one asked for, or a free one. Refused before anything is made if there is no
    /// room for it.
    pub(super) fn name_for_new(&self, asked: Option<String>) -> Result<String, Failure> {
        let name = asked.unwrap_or_else(|| self.worlds.free_name());
        Worlds::check_name(&name).map_err(|error| Failure::refused(error.to_string()))?;
        self.worlds.check_room(&name).map_err(|error| unfit(&error))?;
        Ok(name)
    }

    /// Puts a world in the place of the one with its name.
    pub(super) fn replace(&self, world: Arc<World>) -> Result<axum::Json<WorldView>, Failure> {
        if self.worlds.replace(Arc::clone(&world)) {
            Ok(axum::Json(self.view(&world)))
        } else {
            Err(Failure::conflict(format!("the world `{}` was removed meanwhile", world.name())))
        }
    }

    pub(super) fn view(&self, world: &World) -> WorldView {
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
            scenario: world.scenario().map(|scenario| scenario.name().to_owned()),
            ttl_seconds: world.ttl().map(|ttl| ttl.as_secs_f64()),
            clients: world.claims().to_vec(),
            copy_of: world.origin().map(OriginView::of),
            banks: world.banks().iter().map(bank_view).collect(),
            ports: self.doors.iter().filter(|(name, _)| name == world.name()).map(|(_, url)| url.clone()).collect(),
            access: world.prepared().iter().map(access_view).collect(),
        }
    }
}
