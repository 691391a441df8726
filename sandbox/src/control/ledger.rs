//! What the bank really knows: the oracle, and entries posted by hand.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use bank_fixtures::canonical::{AccountBalance, Canonical, Entry, Holder, Order};
use bank_fixtures::currency::UnknownCurrency;
use bank_fixtures::money::Money;
use serde::{Deserialize, Serialize};

use super::problem::{Failure, Json, Query};
use super::shape::Shaped;
use super::{Control, bank_of};
use crate::bank::{PaymentTruth, Refusal, Truth};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Question {
    bank: Option<String>,
    consent: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NewEntry {
    bank: Option<String>,
    account_id: String,
    amount: NewAmount,
    description: Option<String>,
}

impl Shaped for NewEntry {
    const SCHEMA: &'static str = "NewEntry";
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewAmount {
    value: String,
    currency: String,
}

#[derive(Serialize)]
pub(super) struct Posted {
    account_id: String,
    transaction_id: String,
}

pub(super) async fn post_entry(
    State(control): State<Arc<Control>>,
    Path(world): Path<String>,
    Json(asked): Json<NewEntry>,
) -> Result<(StatusCode, axum::Json<Posted>), Failure> {
    let world = control.world(&world)?;
    let bank = bank_of(&world, asked.bank.as_deref())?;
    let currency = asked
        .amount
        .currency
        .parse()
        .map_err(|error: UnknownCurrency| Failure::refused(format!("amount.currency: {error}")))?;
    let amount = Money::parse(&asked.amount.value, currency);
    let amount = amount.map_err(|error| Failure::refused(format!("amount.value: {error}")))?;
    let now = world.clock().now();
    let posted = bank.ledger.post_entry(&asked.account_id, amount, asked.description.as_deref(), now);
    let posted = posted.map_err(|refusal| Failure::refused(refusal.to_string()))?;
    world.tell();
    let transaction_id = posted.id.expect("every entry of a ledger has an id");
    Ok((StatusCode::CREATED, axum::Json(Posted { account_id: posted.account_id, transaction_id })))
}

/// What a perfect client would now believe.
pub(super) async fn oracle(
    State(control): State<Arc<Control>>,
    Path(world): Path<String>,
    Query(asked): Query<Question>,
) -> Result<Response, Failure> {
    let world = control.world(&world)?;
    let bank = bank_of(&world, asked.bank.as_deref())?;
    let truth = bank.ledger.truth(&asked.consent, world.clock().now()).map_err(|refusal| match refusal {
        Refusal::UnknownConsent(_) => Failure::unknown("consent", &asked.consent, &[]),
        refusal => Failure::conflict(refusal.to_string()),
    })?;
    Ok(([(header::CONTENT_TYPE, "application/json")], canonical(truth).to_json()).into_response())
}

fn canonical(truth: Truth) -> Canonical {
    let holders = truth.customers.into_iter().map(|party| Holder {
        id: party.id,
        kind: Some(party.kind),
        name: Some(party.name),
    });
    let balances = truth.balances.into_iter().flat_map(|(account_id, balances)| {
        balances.into_iter().map(move |balance| AccountBalance { account_id: account_id.clone(), balance })
    });
    let orders = truth.payments.into_iter().map(|PaymentTruth { payment, idempotency_key }| Order {
        id: None,
        provider_id: Some(payment.id),
        idempotency_key: Some(idempotency_key),
        status: payment.status,
        amount: payment.amount,
        reason: payment.reason,
    });
    Canonical {
        customers: holders.collect(),
        accounts: truth.accounts,
        balances: balances.collect(),
        transactions: truth.transactions.into_iter().map(Entry::of_bank).collect(),
        payments: orders.collect(),
        errors: Vec::new(),
    }
}
