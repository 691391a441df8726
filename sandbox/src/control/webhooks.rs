//! Where banks tell clients what happens.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};

use super::access::OfBank;
use super::problem::{Failure, Json, Query};
use super::shape::Shaped;
use super::{Control, bank_of};
use crate::webhook::{Endpoint, NewEndpoint};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NewWebhook {
    bank: Option<String>,
    client_id: String,
    url: String,
    secret: Option<String>,
    #[serde(default)]
    types: Vec<String>,
}

impl Shaped for NewWebhook {
    const SCHEMA: &'static str = "NewWebhook";
}

#[derive(Serialize)]
pub(super) struct WebhookView {
    id: String,
    client_id: String,
    url: String,
    types: Vec<String>,
    secret: String,
    created_at: String,
}

pub(super) async fn list(
    State(control): State<Arc<Control>>,
    Path(world): Path<String>,
    Query(of): Query<OfBank>,
) -> Result<axum::Json<Vec<WebhookView>>, Failure> {
    let world = control.world(&world)?;
    let bank = bank_of(&world, of.bank.as_deref())?;
    Ok(axum::Json(bank.webhooks.all().iter().map(|endpoint| view(endpoint)).collect()))
}

pub(super) async fn register(
    State(control): State<Arc<Control>>,
    Path(world): Path<String>,
    Json(asked): Json<NewWebhook>,
) -> Result<(StatusCode, axum::Json<WebhookView>), Failure> {
    let world = control.world(&world)?;
    let bank = bank_of(&world, asked.bank.as_deref())?;
    let clients = bank.auth.clients();
    if !clients.iter().any(|client| client.client_id == asked.client_id) {
        let known: Vec<String> = clients.iter().map(|client| client.client_id.clone()).collect();
        return Err(Failure::unknown("client", &asked.client_id, &known));
    }
    let NewWebhook { client_id, url, secret, types: kinds, .. } = asked;
    let endpoint =
        bank.webhooks.add(NewEndpoint { client_id, url, secret, kinds }, bank.ledger.seed(), world.clock().now());
    let endpoint = endpoint.map_err(|error| Failure::refused(error.to_string()))?;
    Ok((StatusCode::CREATED, axum::Json(view(&endpoint))))
}

fn view(endpoint: &Endpoint) -> WebhookView {
    WebhookView {
        id: endpoint.id.clone(),
        client_id: endpoint.client_id.clone(),
        url: endpoint.url.to_string(),
        types: endpoint.kinds.clone(),
        secret: endpoint.secret.clone(),
        created_at: endpoint.created_at.to_string(),
    }
}
