//! The server's public keys (RFC 7517 5).

use axum::http::StatusCode;
use serde::Serialize;

use crate::auth::key::PublicJwk;
use crate::exchange::{Call, Problem, Reply};
use crate::world::BankInstance;

#[derive(Serialize)]
struct KeySet<'a> {
    keys: [&'a PublicJwk; 1],
}

pub(super) fn keys(bank: &BankInstance, _: &Call<'_>) -> Result<Reply, Problem> {
    let set = KeySet { keys: [bank.auth.signing_key().public()] };
    let body = serde_json::to_vec(&set).expect("response structs hold only text and lists");
    Ok(Reply::new(StatusCode::OK, "application/json", body))
}
