//! The id_token: what an OpenID Connect client learns about a login (OpenID Connect Core 2, 3.1.3.6, 3.3.2.11).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde::Serialize;

use crate::auth::key::SigningKey;
use crate::auth::mint::sha256;

/// Claims of an id_token.
#[derive(Debug, Serialize)]
pub(crate) struct IdTokenClaims<'a> {
    pub(crate) iss: &'a str,
    pub(crate) sub: &'a str,
    pub(crate) aud: &'a str,
    pub(crate) iat: i64,
    pub(crate) exp: i64,
    pub(crate) auth_time: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) nonce: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) acr: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) openbanking_intent_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    at_hash: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    c_hash: Option<String>,
    /// FAPI 1.0 part 2 5.1.
    #[serde(skip_serializing_if = "Option::is_none")]
    s_hash: Option<String>,
}

/// Seconds an id_token may be used for.
const LIFETIME_SECONDS: i64 = 300;

impl<'a> IdTokenClaims<'a> {
    /// Claims about a login of `sub` at `auth_time`.
    pub(crate) fn new(
        (iss, sub, aud): (&'a str, &'a str, &'a str),
        auth_time: Timestamp,
        now: Timestamp,
    ) -> IdTokenClaims<'a> {
        let (iat, auth_time) = (now.as_second(), auth_time.as_second());
        let exp = iat + LIFETIME_SECONDS;
        let (nonce, acr, openbanking_intent_id) = (None, None, None);
        let (at_hash, c_hash, s_hash) = (None, None, None);
        IdTokenClaims { iss, sub, aud, iat, exp, auth_time, nonce, acr, openbanking_intent_id, at_hash, c_hash, s_hash }
    }

    /// The same for an answer that carries this access token.
    pub(crate) fn with_token(self, access_token: &str) -> IdTokenClaims<'a> {
        IdTokenClaims { at_hash: Some(left_half_hash(access_token)), ..self }
    }

    /// The same for an answer that carries this code, and this state if the client sent one.
    pub(crate) fn with_code(self, code: &str, state: Option<&str>) -> IdTokenClaims<'a> {
        IdTokenClaims { c_hash: Some(left_half_hash(code)), s_hash: state.map(left_half_hash), ..self }
    }

    /// The signed id_token.
    pub(crate) fn sign(&self, key: &SigningKey) -> String {
        key.sign(self)
    }
}

/// `at_hash`, `c_hash` and `s_hash`: the left half of the SHA-256. All our algorithms are of that family; for EdDSA, whose
/// hash nothing in the header names, clients agree on it too.
fn left_half_hash(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(&sha256(text.as_bytes())[..16])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_those_of_the_specification() {
        // OpenID Connect Core, appendices A.4 and A.6: values and their hashes under a SHA-256 algorithm.
        assert_eq!(left_half_hash("jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y"), "77QmUPtjPfzWtF2AnpK9RQ");
        assert_eq!(
            left_half_hash("Qcb0Orv1zh30vL1MPRsbm-diHiMwcLyZvn1arpZv-Jxf_11jnpEX3Tgfvk"),
            "LDktKdoQak3Pk0cnXxCltA"
        );
    }
}
