//! The scenario in force while it runs: whether it is the one last asked for, and what its rules have set.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Path, State};
use serde::{Deserialize, Serialize};

use super::Control;
use super::problem::{Failure, FileError, Json};
use super::shape::Shaped;
use crate::world::World;

#[derive(Serialize)]
pub(super) struct StatusView {
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    scenario: Option<String>,
    loaded_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    refused_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
    errors: Vec<FileError>,
}

/// What became of the last attempt to put a scenario in force; a refused one never replaces a good one.
pub(super) async fn status(
    State(control): State<Arc<Control>>,
    Path(world): Path<String>,
) -> Result<axum::Json<StatusView>, Failure> {
    let world = control.world(&world)?;
    let standing = world.standing();
    let refused = standing.refused.as_ref();
    Ok(axum::Json(StatusView {
        state: if refused.is_some() { "refused" } else { "in force" },
        scenario: world.scenario().map(|scenario| scenario.name().to_owned()),
        loaded_at: standing.loaded_at.to_string(),
        refused_at: refused.map(|refused| refused.at.to_string()),
        detail: refused.map(|refused| refused.summary.clone()),
        errors: refused.and_then(|refused| refused.mistakes.as_ref()).map(FileError::list).unwrap_or_default(),
    }))
}

pub(super) async fn variables(
    State(control): State<Arc<Control>>,
    Path(world): Path<String>,
) -> Result<axum::Json<BTreeMap<String, String>>, Failure> {
    Ok(axum::Json(control.world(&world)?.engine().variables()))
}

/// Puts these variables in the place of all there are.
pub(super) async fn set_variables(
    State(control): State<Arc<Control>>,
    Path(world): Path<String>,
    Json(asked): Json<BTreeMap<String, String>>,
) -> Result<axum::Json<BTreeMap<String, String>>, Failure> {
    let world = control.world(&world)?;
    world.engine().set_variables(asked);
    Ok(axum::Json(world.engine().variables()))
}

#[derive(Serialize)]
pub(super) struct ProfileView {
    name: String,
    on: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Switch {
    on: bool,
}

impl Shaped for Switch {
    const SCHEMA: &'static str = "Switch";
}

pub(super) async fn profiles(
    State(control): State<Arc<Control>>,
    Path(world): Path<String>,
) -> Result<axum::Json<Vec<ProfileView>>, Failure> {
    Ok(axum::Json(profiles_of(&*control.world(&world)?)))
}

/// Turns the rules of a profile on or off, from the next call on.
pub(super) async fn switch(
    State(control): State<Arc<Control>>,
    Path((world, name)): Path<(String, String)>,
    Json(asked): Json<Switch>,
) -> Result<axum::Json<Vec<ProfileView>>, Failure> {
    let world = control.world(&world)?;
    if !world.engine().switch(&name, asked.on) {
        let names: Vec<String> = profiles_of(&world).into_iter().map(|profile| profile.name).collect();
        return Err(Failure::unknown("profile", &name, &names));
    }
    Ok(axum::Json(profiles_of(&world)))
}

fn profiles_of(world: &World) -> Vec<ProfileView> {
    world.engine().profiles().into_iter().map(|(name, on)| ProfileView { name, on }).collect()
}
