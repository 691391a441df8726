//! Software statements: what the directory of a world says of software that wants to register at its banks.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::problem::{Failure, Json};
use super::shape::Shaped;
use super::{Control, duration};
use crate::auth::Software;
use crate::certificate::Psd2Role;
use crate::tls::BundleOrder;

/// What to say; what is left out is as `bank-sandbox cert` has it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NewStatement {
    name: Option<String>,
    software_id: Option<String>,
    organisation: Option<String>,
    organisation_id: Option<String>,
    roles: Option<Vec<String>>,
    #[serde(default)]
    redirect_uris: Vec<String>,
    jwks: Option<Value>,
    valid_for: Option<String>,
}

impl Shaped for NewStatement {
    const SCHEMA: &'static str = "NewSoftwareStatement";
}

#[derive(Serialize)]
pub(super) struct StatementView {
    software_statement: String,
}

const VALID_FOR: Duration = Duration::from_secs(24 * 3600);

/// Signs a statement; nothing is remembered.
pub(super) async fn state(
    State(control): State<Arc<Control>>,
    Path(world): Path<String>,
    Json(asked): Json<NewStatement>,
) -> Result<(StatusCode, axum::Json<StatementView>), Failure> {
    let world = control.world(&world)?;
    let bank = world.banks().first().ok_or_else(|| Failure::conflict("the world has no bank"))?;
    let usual = BundleOrder::default();
    let roles = match asked.roles {
        None => usual.roles,
        Some(roles) => {
            let read: Result<Vec<Psd2Role>, _> = roles.iter().map(|role| role.parse()).collect();
            read.map_err(|unknown| Failure::bad_request(format!("/roles: {unknown}")))?
        }
    };
    let software = Software {
        name: asked.name.unwrap_or_else(|| "Demo App".to_owned()),
        software_id: asked.software_id,
        organisation_id: asked.organisation_id.unwrap_or(usual.organisation_id),
        organisation: asked.organisation.unwrap_or(usual.organisation),
        roles,
        redirect_uris: asked.redirect_uris,
        jwks: asked.jwks,
        valid_for: asked.valid_for.as_deref().map(|text| duration("valid_for", text)).transpose()?.unwrap_or(VALID_FOR),
    };
    let software_statement = bank.auth.software_statement(&software, world.clock().now());
    Ok((StatusCode::CREATED, axum::Json(StatementView { software_statement })))
}
