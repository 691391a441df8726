//! Logins that go on and decisions about them: what an account holder would do in a browser.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};

use super::access::OfBank;
use super::problem::{Failure, Json, Query};
use super::shape::Shaped;
use super::{Control, bank_of};
use crate::auth::{self, OUTCOMES, OpenLogin, Order, Outcome, Undecided};
use crate::world::BankInstance;

#[derive(Serialize)]
pub(super) struct LoginView {
    login_id: String,
    client_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    username: Option<String>,
    place: &'static str,
    scopes: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    consent_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
    expires_at: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LoginDecision {
    bank: Option<String>,
    outcome: String,
    username: Option<String>,
    account_ids: Option<Vec<String>>,
}

impl Shaped for LoginDecision {
    const SCHEMA: &'static str = "LoginDecision";
}

#[derive(Serialize)]
pub(super) struct DecidedView {
    outcome: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NextDecision {
    bank: Option<String>,
    client_id: Option<String>,
    username: Option<String>,
    outcome: String,
    account_ids: Option<Vec<String>>,
    times: Option<u32>,
}

impl Shaped for NextDecision {
    const SCHEMA: &'static str = "NextDecision";
}

#[derive(Serialize)]
pub(super) struct OrderView {
    #[serde(skip_serializing_if = "Option::is_none")]
    client_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    username: Option<String>,
    outcome: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    account_ids: Option<Vec<String>>,
    times: u32,
}

pub(super) async fn list(
    State(control): State<Arc<Control>>,
    Path(world): Path<String>,
    Query(of): Query<OfBank>,
) -> Result<axum::Json<Vec<LoginView>>, Failure> {
    let world = control.world(&world)?;
    let bank = bank_of(&world, of.bank.as_deref())?;
    Ok(axum::Json(auth::open_logins(&bank, world.clock().now()).into_iter().map(view).collect()))
}

pub(super) async fn decide(
    State(control): State<Arc<Control>>,
    Path((world, login)): Path<(String, String)>,
    Json(asked): Json<LoginDecision>,
) -> Result<axum::Json<DecidedView>, Failure> {
    let world = control.world(&world)?;
    let bank = bank_of(&world, asked.bank.as_deref())?;
    let outcome = outcome(&asked.outcome)?;
    let decision = (asked.username.as_deref(), outcome, asked.account_ids);
    let decided = auth::decide_login(&bank, &login, decision, world.clock().now());
    let decided = decided.map_err(|why| match why {
        Undecided::Over(_) => Failure::unknown("login", &login, &[]),
        Undecided::UnknownUser(name) => unknown_user(&bank, &name),
        Undecided::Nobody | Undecided::Refused(_) => Failure::refused(why.to_string()),
    })?;
    world.tell();
    Ok(axum::Json(DecidedView { outcome: outcome.name(), location: decided.location }))
}

pub(super) async fn orders(
    State(control): State<Arc<Control>>,
    Path(world): Path<String>,
    Query(of): Query<OfBank>,
) -> Result<axum::Json<Vec<OrderView>>, Failure> {
    let world = control.world(&world)?;
    let bank = bank_of(&world, of.bank.as_deref())?;
    Ok(axum::Json(bank.auth.orders().into_iter().map(order_view).collect()))
}

pub(super) async fn order(
    State(control): State<Arc<Control>>,
    Path(world): Path<String>,
    Json(asked): Json<NextDecision>,
) -> Result<(StatusCode, axum::Json<OrderView>), Failure> {
    let world = control.world(&world)?;
    let bank = bank_of(&world, asked.bank.as_deref())?;
    if let Some(name) = asked.username.as_ref().filter(|name| bank.ledger.book().customer(name).is_none()) {
        return Err(unknown_user(&bank, name));
    }
    let times = asked.times.unwrap_or(1);
    if times == 0 {
        return Err(Failure::refused("times: 0 requests are none; legal are 1 and more"));
    }
    let order = Order {
        client_id: asked.client_id,
        username: asked.username,
        outcome: outcome(&asked.outcome)?,
        account_ids: asked.account_ids,
        times,
    };
    bank.auth.order(order.clone()).map_err(|why| Failure::full(why.to_string()))?;
    Ok((StatusCode::CREATED, axum::Json(order_view(order))))
}

pub(super) async fn forget(
    State(control): State<Arc<Control>>,
    Path(world): Path<String>,
    Query(of): Query<OfBank>,
) -> Result<StatusCode, Failure> {
    let world = control.world(&world)?;
    bank_of(&world, of.bank.as_deref())?.auth.forget_orders();
    Ok(StatusCode::NO_CONTENT)
}

fn outcome(word: &str) -> Result<Outcome, Failure> {
    Outcome::named(word).ok_or_else(|| {
        let words: Vec<String> = OUTCOMES.iter().map(|row| row.0.to_owned()).collect();
        Failure::unknown("outcome", word, &words)
    })
}

fn unknown_user(bank: &BankInstance, name: &str) -> Failure {
    let known: Vec<&str> = bank.ledger.book().customers().iter().map(|customer| customer.username.as_str()).collect();
    Failure::refused(format!("no user `{name}`; there is {}", known.join(", ")))
}

fn view(login: OpenLogin) -> LoginView {
    LoginView {
        login_id: login.id,
        client_id: login.client_id,
        username: login.username,
        place: login.place.name(),
        scopes: login.scopes,
        consent_id: login.consent_id,
        code: login.passcode,
        message: login.message,
        expires_at: login.expires_at.to_string(),
    }
}

fn order_view(order: Order) -> OrderView {
    OrderView {
        client_id: order.client_id,
        username: order.username,
        outcome: order.outcome.name(),
        account_ids: order.account_ids,
        times: order.times,
    }
}
