//! Access tokens that say what they are for (RFC 9068).

use serde::Serialize;

use crate::auth::grant::{Binding, Grant};
use crate::auth::key::SigningKey;
use crate::auth::scope::ScopeSet;

/// `typ` of such a token.
const TYP: &str = "at+jwt";

/// RFC 9068 2.2; `cnf` of RFC 7800; `consent_id` is the house's.
#[derive(Debug, Serialize)]
pub(crate) struct AccessTokenClaims<'a> {
    iss: &'a str,
    sub: &'a str,
    aud: &'a str,
    client_id: &'a str,
    iat: i64,
    exp: i64,
    jti: &'a str,
    scope: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    cnf: Option<Confirmation<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    auth_time: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    acr: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    authorization_details: Option<&'a serde_json::Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    consent_id: Option<&'a str>,
}

/// What a token is bound to, as tokens and introspection say it (RFC 7800 3.1, RFC 8705 3.1, RFC 9449 6.1).
#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct Confirmation<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    jkt: Option<&'a str>,
    #[serde(rename = "x5t#S256", skip_serializing_if = "Option::is_none")]
    x5t: Option<&'a str>,
}

impl<'a> Confirmation<'a> {
    pub(crate) fn of(binding: &'a Binding) -> Confirmation<'a> {
        match binding {
            Binding::Key(thumbprint) => Confirmation { jkt: Some(thumbprint), x5t: None },
            Binding::Certificate(thumbprint) => Confirmation { jkt: None, x5t: Some(thumbprint) },
        }
    }
}

/// A token for a grant of `sub`, at the bank's own resources, from `iat` to `exp` in seconds since 1970.
pub(crate) fn sign(
    key: &SigningKey,
    (iss, sub, jti): (&str, &str, &str),
    (grant, scopes): (&Grant, &ScopeSet),
    binding: Option<&Binding>,
    (iat, exp): (i64, i64),
) -> String {
    let claims = AccessTokenClaims {
        iss,
        sub,
        aud: iss,
        client_id: &grant.client_id,
        iat,
        exp,
        jti,
        scope: scopes.to_string(),
        cnf: binding.map(Confirmation::of),
        auth_time: grant.login.as_ref().map(|login| login.at.as_second()),
        acr: grant.login.as_ref().and_then(|login| login.acr.as_deref()),
        authorization_details: grant.details.as_ref(),
        consent_id: grant.consent_id.as_deref(),
    };
    key.sign_as(Some(TYP), &claims)
}
