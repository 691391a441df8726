//! Client assertions (RFC 7523, OpenID Connect Core §9).

use jiff::Timestamp;
use jsonwebtoken::{Header, encode};
use serde_json::{Value, json};

use crate::target::bank::SigningKey;

/// The type of assertion.
pub const TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// How long an assertion is good for.
const LIFETIME_SECONDS: i64 = 60;

/// The claims of a client's assertion for one audience, made at an instant of the bank's clock.
pub fn claims(client_id: &str, audience: &str, id: &str, now: Timestamp) -> Value {
    let now = now.as_second();
    json!({
        "iss": client_id,
        "sub": client_id,
        "aud": audience,
        "jti": id,
        "iat": now,
        "nbf": now,
        "exp": now + LIFETIME_SECONDS,
    })
}

/// An assertion with these claims, whatever they are.
///
/// # Errors
/// Why it cannot be signed, in words.
pub fn sign(key: &SigningKey, claims: &Value) -> Result<String, String> {
    let mut header = Header::new(key.algorithm);
    header.kid.clone_from(&key.key_id);
    encode(&header, claims, &key.key).map_err(|error| format!("the client assertion cannot be signed: {error}"))
}
