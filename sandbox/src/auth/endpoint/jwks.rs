//! The server's public keys (RFC 7517 5), with their certificates where the sandbox has an authority.

use std::sync::Arc;

use axum::http::StatusCode;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde::Serialize;

use crate::auth::key::{PublicJwk, SigningKey};
use crate::auth::mint::sha256;
use crate::exchange::{Call, Problem, Reply};
use crate::world::BankInstance;

#[derive(Serialize)]
struct KeySet<'a> {
    keys: Vec<Published<'a>>,
}

#[derive(Serialize)]
struct Published<'a> {
    #[serde(flatten)]
    key: &'a PublicJwk,
    /// The certificate alone: who trusts the sandbox's authority has its certificate.
    #[serde(skip_serializing_if = "Option::is_none")]
    x5c: Option<[String; 1]>,
    #[serde(rename = "x5t#S256", skip_serializing_if = "Option::is_none")]
    thumbprint: Option<String>,
}

pub(super) fn keys(bank: &BankInstance, _: &Call<'_>) -> Result<Reply, Problem> {
    let keys: Vec<Arc<SigningKey>> = bank.auth.public_keys();
    let published = |key: &Arc<SigningKey>| bank.auth.certificate_of(key);
    let certificates: Vec<Option<Vec<u8>>> = keys.iter().map(published).collect();
    let keys = keys.iter().zip(&certificates).map(|(key, certificate)| Published {
        key: key.public(),
        x5c: certificate.as_ref().map(|certificate| [STANDARD.encode(certificate)]),
        thumbprint: certificate.as_ref().map(|certificate| URL_SAFE_NO_PAD.encode(sha256(certificate))),
    });
    let body = serde_json::to_vec(&KeySet { keys: keys.collect() }).expect("response structs hold only text and lists");
    Ok(Reply::new(StatusCode::OK, "application/json", body))
}
