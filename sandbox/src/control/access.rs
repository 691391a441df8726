//! Who can log in, which clients there are, and access granted without a login.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};

use super::problem::{Failure, Json, Query};
use super::shape::Shaped;
use super::{Control, bank_of, duration};
use crate::auth::{AuthMethod, Client, NewClient};
use crate::bank::EndedBy;
use crate::webhook::{EndpointError, NewEndpoint};
use crate::world::{GrantError, GrantOrder, ReadyAccess};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OfBank {
    pub(super) bank: Option<String>,
}

#[derive(Serialize)]
pub(super) struct UserView {
    username: String,
    password: String,
    customer_id: String,
    name: String,
}

#[derive(Serialize)]
pub(super) struct ClientView {
    client_id: String,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_secret: Option<String>,
    redirect_uris: Vec<String>,
    auth_method: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    private_key_pem: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Registration {
    bank: Option<String>,
    client_id: Option<String>,
    client_secret: Option<String>,
    #[serde(default)]
    redirect_uris: Vec<String>,
    auth_method: Option<String>,
    jwks: Option<serde_json::Value>,
    webhook: Option<NewWebhook>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewWebhook {
    url: String,
    secret: Option<String>,
    #[serde(default)]
    types: Vec<String>,
}

impl Shaped for Registration {
    const SCHEMA: &'static str = "NewClient";
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NewConsent {
    bank: Option<String>,
    client_id: String,
    username: String,
    scopes: Option<Vec<String>>,
    account_ids: Option<Vec<String>>,
    valid_for: Option<String>,
}

impl Shaped for NewConsent {
    const SCHEMA: &'static str = "NewConsent";
}

#[derive(Serialize)]
pub(super) struct Granted {
    consent_id: String,
    access_token: String,
    refresh_token: String,
    expires_in: u64,
    account_ids: Vec<String>,
}

impl Granted {
    pub(super) fn of(access: ReadyAccess) -> Granted {
        Granted {
            consent_id: access.consent_id,
            access_token: access.access_token,
            refresh_token: access.refresh_token,
            expires_in: access.expires_in.as_secs(),
            account_ids: access.account_ids,
        }
    }
}

pub(super) async fn users(
    State(control): State<Arc<Control>>,
    Path(world): Path<String>,
    Query(of): Query<OfBank>,
) -> Result<axum::Json<Vec<UserView>>, Failure> {
    let world = control.world(&world)?;
    let bank = bank_of(&world, of.bank.as_deref())?;
    let users = bank.ledger.book().customers().iter().map(|customer| UserView {
        username: customer.username.clone(),
        password: customer.password.clone(),
        customer_id: customer.party.id.clone(),
        name: customer.party.name.clone(),
    });
    Ok(axum::Json(users.collect()))
}

pub(super) async fn clients(
    State(control): State<Arc<Control>>,
    Path(world): Path<String>,
    Query(of): Query<OfBank>,
) -> Result<axum::Json<Vec<ClientView>>, Failure> {
    let world = control.world(&world)?;
    let bank = bank_of(&world, of.bank.as_deref())?;
    Ok(axum::Json(bank.auth.clients().iter().map(|client| view(client)).collect()))
}

pub(super) async fn register(
    State(control): State<Arc<Control>>,
    Path(world): Path<String>,
    Json(asked): Json<Registration>,
) -> Result<(StatusCode, axum::Json<ClientView>), Failure> {
    let world = control.world(&world)?;
    let bank = bank_of(&world, asked.bank.as_deref())?;
    let method = asked.auth_method.as_deref().map(str::parse::<AuthMethod>).transpose();
    let method = method.map_err(|error| Failure::refused(format!("auth_method: {error}")))?;
    let endpoint = asked.webhook.map(|NewWebhook { url, secret, types }| NewEndpoint {
        client_id: String::new(),
        url,
        secret,
        kinds: types,
    });
    let wrong = |error: EndpointError| Failure::refused(format!("webhook: {error}"));
    // Before the client is there: half a registration is none.
    endpoint.as_ref().map(|asked| bank.webhooks.read(asked)).transpose().map_err(wrong)?;
    let client = bank.auth.register(NewClient {
        client_id: asked.client_id,
        name: None,
        secret: asked.client_secret,
        redirect_uris: asked.redirect_uris,
        auth_methods: method.into_iter().collect(),
        jwks: asked.jwks.map(|jwks| jwks.to_string()),
        ..NewClient::default()
    });
    let client = client.map_err(|error| match error {
        crate::auth::RegistrationError::Taken(_) => Failure::conflict(error.to_string()),
        _ => Failure::refused(error.to_string()),
    })?;
    if let Some(asked) = endpoint {
        let asked = NewEndpoint { client_id: client.client_id.clone(), ..asked };
        bank.webhooks.add(asked, bank.ledger.seed(), world.clock().now()).map_err(wrong)?;
    }
    Ok((StatusCode::CREATED, axum::Json(view(&client))))
}

pub(super) async fn consent(
    State(control): State<Arc<Control>>,
    Path(world): Path<String>,
    Json(asked): Json<NewConsent>,
) -> Result<(StatusCode, axum::Json<Granted>), Failure> {
    let world = control.world(&world)?;
    let bank = bank_of(&world, asked.bank.as_deref())?;
    let valid_for = asked.valid_for.as_deref().map(|text| duration("valid_for", text)).transpose()?;
    let NewConsent { client_id, username, scopes, account_ids, .. } = asked;
    let order = GrantOrder { client_id, username, scopes, account_ids, valid_for };
    let granted =
        bank.grant(order, world.clock().now()).map_err(|error: GrantError| Failure::refused(error.to_string()))?;
    Ok((StatusCode::CREATED, axum::Json(Granted::of(granted))))
}

pub(super) async fn withdraw(
    State(control): State<Arc<Control>>,
    Path((world, consent)): Path<(String, String)>,
    Query(of): Query<OfBank>,
) -> Result<StatusCode, Failure> {
    let world = control.world(&world)?;
    let bank = bank_of(&world, of.bank.as_deref())?;
    let ended = bank.ledger.revoke_consent(&consent, EndedBy::Holder, world.clock().now());
    ended.map_err(|_| Failure::unknown("consent", &consent, &[]))?;
    world.tell();
    Ok(StatusCode::NO_CONTENT)
}

fn view(client: &Client) -> ClientView {
    ClientView {
        client_id: client.client_id.clone(),
        name: client.name.clone(),
        client_secret: client.secret.clone(),
        redirect_uris: client.redirect_uris.iter().map(|uri| uri.as_str().to_owned()).collect(),
        auth_method: client.auth_methods.first().map_or("none", |method| method.name()),
        private_key_pem: client.keys.private_pem().map(str::to_owned),
    }
}
