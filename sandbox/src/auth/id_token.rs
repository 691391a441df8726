//! The id_token: what an OpenID Connect client learns about a login (OpenID Connect Core 2, 3.1.3.6).

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
    pub(crate) at_hash: String,
}

/// Seconds an id_token may be used for.
const LIFETIME_SECONDS: i64 = 300;

impl<'a> IdTokenClaims<'a> {
    /// Claims about a login of `sub` at `auth_time`, for a token response with this access token.
    pub(crate) fn new(
        (iss, sub, aud): (&'a str, &'a str, &'a str),
        nonce: Option<&'a str>,
        auth_time: Timestamp,
        access_token: &str,
        now: Timestamp,
    ) -> IdTokenClaims<'a> {
        let (iat, at_hash) = (now.as_second(), left_half_hash(access_token));
        IdTokenClaims {
            iss,
            sub,
            aud,
            iat,
            exp: iat + LIFETIME_SECONDS,
            auth_time: auth_time.as_second(),
            nonce,
            at_hash,
        }
    }

    /// The signed id_token.
    pub(crate) fn sign(&self, key: &SigningKey) -> String {
        key.sign(self)
    }
}

/// `at_hash` for ES256: the left half of the SHA-256 of the token.
fn left_half_hash(token: &str) -> String {
    URL_SAFE_NO_PAD.encode(&sha256(token.as_bytes())[..16])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn at_hash_is_the_one_of_the_specification() {
        // OpenID Connect Core, appendix A.4: access token and its at_hash under a SHA-256 algorithm.
        assert_eq!(left_half_hash("jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y"), "77QmUPtjPfzWtF2AnpK9RQ");
    }
}
