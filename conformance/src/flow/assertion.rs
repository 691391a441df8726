//! Client assertions (RFC 7523, OpenID Connect Core §9).

use jsonwebtoken::{Header, encode};
use serde::Serialize;

use crate::clock;
use crate::target::bank::SigningKey;

/// The type of assertion.
pub(super) const TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// How long an assertion is good for.
const LIFETIME_SECONDS: i64 = 60;

#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    sub: &'a str,
    aud: &'a str,
    jti: &'a str,
    iat: i64,
    exp: i64,
}

/// A signed assertion of a client for one audience; the text of an error says why it cannot be signed.
pub(super) fn sign(key: &SigningKey, client_id: &str, audience: &str, id: &str) -> Result<String, String> {
    let now = clock::now().as_second();
    let claims =
        Claims { iss: client_id, sub: client_id, aud: audience, jti: id, iat: now, exp: now + LIFETIME_SECONDS };
    let mut header = Header::new(key.algorithm);
    header.kid.clone_from(&key.key_id);
    encode(&header, &claims, &key.key).map_err(|error| format!("the client assertion cannot be signed: {error}"))
}
