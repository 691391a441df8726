//! What an id_token must say (OpenID Connect Core §3.1.3.7).

use serde_json::{Map, Value};

use super::care::{Care, Look};
use super::metadata::Metadata;
use super::nonces::{Secrets, half_hash};
use super::registration::Registration;
use crate::clock;

/// Seconds by which clocks may disagree.
const SKEW: i64 = 60;

/// Claims this client has heard of.
const KNOWN: &[&str] = &[
    "iss",
    "sub",
    "aud",
    "azp",
    "exp",
    "iat",
    "nbf",
    "auth_time",
    "nonce",
    "acr",
    "amr",
    "at_hash",
    "c_hash",
    "s_hash",
    "jti",
    "sid",
    "openbanking_intent_id",
];

/// What an id_token is held against.
pub(super) struct About<'a> {
    pub(super) registration: &'a Registration,
    pub(super) metadata: &'a Metadata,
    pub(super) secrets: &'a Secrets,
    /// The code that was redeemed.
    pub(super) code: &'a str,
    /// The access token that came with it.
    pub(super) access_token: &'a str,
}

/// Who logged in, if the claims are about this login, for this client, now.
///
/// # Errors
/// Why they are not.
pub(super) fn check(care: &Care, claims: &Map<String, Value>, about: &About<'_>) -> Result<String, String> {
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    let second = |name: &str| claims.get(name).and_then(Value::as_i64);
    if text("iss") != Some(about.metadata.issuer.as_str()) {
        return Err("the id_token is another issuer's".to_owned());
    }
    if !is_for(claims, &about.registration.client.0) && !care.leaves_out(Look::Audience) {
        return Err("the id_token is for another client".to_owned());
    }
    let now = clock::now().as_second();
    let (Some(exp), Some(iat)) = (second("exp"), second("iat")) else {
        return Err("the id_token does not say how long it is good".to_owned());
    };
    if exp + SKEW <= now && !care.leaves_out(Look::Expiry) {
        return Err("the id_token is over".to_owned());
    }
    if iat > now + SKEW {
        return Err("the id_token is of the future".to_owned());
    }
    if text("nonce") != Some(about.secrets.nonce.as_str()) && !care.leaves_out(Look::Nonce) {
        return Err("the id_token is of another login".to_owned());
    }
    let hashed = [("at_hash", about.access_token), ("c_hash", about.code), ("s_hash", about.secrets.state.as_str())];
    if let Some((name, _)) = hashed.iter().find(|(name, of)| text(name).is_some_and(|hash| hash != half_hash(of))) {
        return Err(format!("the id_token belongs to something else, its {name} says"));
    }
    let unknown = claims.keys().find(|name| !KNOWN.contains(&name.as_str()));
    if let (Some(unknown), true) = (unknown, care.leaves_out(Look::Tolerance)) {
        return Err(format!("the id_token has a claim nobody knows: {unknown}"));
    }
    let subject = text("sub").filter(|subject| !subject.is_empty());
    subject.map(str::to_owned).ok_or_else(|| "the id_token does not say who logged in".to_owned())
}

/// `true` if this client is the audience, alone, or the one the token was issued to among several.
fn is_for(claims: &Map<String, Value>, client: &str) -> bool {
    let authorized = claims.get("azp").map(|azp| azp.as_str() == Some(client));
    match claims.get("aud") {
        Some(Value::String(one)) => one == client && authorized != Some(false),
        Some(Value::Array(many)) => {
            let names = |one: &Value| one.as_str() == Some(client);
            many.iter().any(names) && (many.len() == 1 && authorized != Some(false) || authorized == Some(true))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_audience_of_several_needs_the_party_it_was_issued_to() {
        for (claims, expected) in [
            (json!({"aud": "demo"}), true),
            (json!({"aud": ["demo"]}), true),
            (json!({"aud": "demo", "azp": "demo"}), true),
            (json!({"aud": ["demo", "other"], "azp": "demo"}), true),
            (json!({"aud": ["demo", "other"]}), false),
            (json!({"aud": "demo", "azp": "other"}), false),
            (json!({"aud": "other"}), false),
            (json!({}), false),
        ] {
            assert_eq!(is_for(claims.as_object().unwrap(), "demo"), expected, "{claims}");
        }
    }
}
