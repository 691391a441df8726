//! The server's public keys (RFC 7517 5).

use std::sync::Arc;

use axum::http::StatusCode;
use serde::Serialize;

use crate::auth::key::{PublicJwk, SigningKey};
use crate::exchange::{Call, Problem, Reply};
use crate::world::BankInstance;

#[derive(Serialize)]
struct KeySet<'a> {
    keys: Vec<&'a PublicJwk>,
}

pub(super) fn keys(bank: &BankInstance, _: &Call<'_>) -> Result<Reply, Problem> {
    let keys: Vec<Arc<SigningKey>> = bank.auth.published_keys();
    let set = KeySet { keys: keys.iter().map(|key| key.public()).collect() };
    let body = serde_json::to_vec(&set).expect("response structs hold only text and lists");
    Ok(Reply::new(StatusCode::OK, "application/json", body))
}
