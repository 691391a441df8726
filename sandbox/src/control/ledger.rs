//! Entries posted by hand.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use bank_fixtures::currency::UnknownCurrency;
use bank_fixtures::money::Money;
use serde::{Deserialize, Serialize};

use super::problem::{Failure, Json};
use super::shape::Shaped;
use super::{Control, bank_of};

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
