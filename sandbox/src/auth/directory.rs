//! The directory of the sandbox: who vouches for software that wants to register (RFC 7591 2.3).
//!
//! Owns its key and what it says in a software statement. Every bank of a world trusts the same one, because its key follows
//! from the world's seed; no directory of the real world is asked, and nothing is fetched.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bank_fixtures::seed::Seed;
use jiff::Timestamp;
use jsonwebtoken::Algorithm;
use jsonwebtoken::jwk::Jwk;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::auth::grant::after;
use crate::auth::key::{PublicJwk, SigningKey};
use crate::auth::mint::{Kind, Mint};
use crate::certificate::Psd2Role;

/// Who signs software statements: `iss`.
pub const DIRECTORY: &str = "Sandbox Directory";

/// The directory.
#[derive(Debug, Clone)]
pub(crate) struct Directory {
    mint: Arc<Mint>,
    key: Arc<OnceLock<SigningKey>>,
}

/// Software that wants a statement.
#[derive(Debug, Clone, PartialEq)]
pub struct Software {
    /// Its name for account holders.
    pub name: String,
    /// Its number in the directory; made up if absent.
    pub software_id: Option<String>,
    /// Registration number of its organisation, as in its certificates.
    pub organisation_id: String,
    /// Name of its organisation.
    pub organisation: String,
    /// What it may do.
    pub roles: Vec<Psd2Role>,
    /// Where browsers may be sent.
    pub redirect_uris: Vec<String>,
    /// Its public keys, a JWK set.
    pub jwks: Option<Value>,
    /// How long the statement holds.
    pub valid_for: Duration,
}

/// The claims: registered metadata (RFC 7591 2), and what UK Open Banking's directory says besides.
#[derive(Serialize)]
struct Claims<'a> {
    iss: &'static str,
    iat: i64,
    exp: i64,
    jti: String,
    software_id: &'a str,
    software_client_id: &'a str,
    software_client_name: &'a str,
    software_environment: &'static str,
    software_mode: &'static str,
    software_roles: Vec<&'static str>,
    software_redirect_uris: &'a [String],
    org_id: &'a str,
    org_name: &'a str,
    org_status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    software_jwks: Option<&'a Value>,
}

impl Directory {
    /// The one of this seed.
    pub(crate) fn new(seed: Seed) -> Directory {
        Directory { mint: Arc::new(Mint::new(seed.of("directory"))), key: Arc::default() }
    }

    fn key(&self) -> &SigningKey {
        self.key.get_or_init(|| SigningKey::derive(&self.mint, "directory"))
    }

    /// Its public key.
    pub(crate) fn public(&self) -> &PublicJwk {
        self.key().public()
    }

    /// A statement about software, signed.
    pub(crate) fn state(&self, software: &Software, now: Timestamp) -> String {
        let jti = self.mint.next(Kind::ClientSecret, "statement");
        let made_up = || self.mint.next(Kind::ClientSecret, "software")[..22].to_owned();
        let software_id = software.software_id.clone().unwrap_or_else(made_up);
        let claims = Claims {
            iss: DIRECTORY,
            iat: now.as_second(),
            exp: after(now, software.valid_for).as_second(),
            jti,
            software_id: &software_id,
            software_client_id: &software_id,
            software_client_name: &software.name,
            software_environment: "sandbox",
            software_mode: "Test",
            software_roles: software.roles.iter().map(|role| role.name()).collect(),
            software_redirect_uris: &software.redirect_uris,
            org_id: &software.organisation_id,
            org_name: &software.organisation,
            org_status: "Active",
            software_jwks: software.jwks.as_ref(),
        };
        self.key().sign_as(Some("JWT"), &claims)
    }

    /// Anything at all, signed.
    #[cfg(test)]
    pub(crate) fn say<T: Serialize>(&self, claims: &T) -> String {
        self.key().sign_as(Some("JWT"), claims)
    }

    /// `true` if it signed this statement.
    pub(crate) fn signed(&self, statement: &str) -> bool {
        self.public().as_jwk().is_some_and(|key| verified(statement, &[key]))
    }
}

/// `true` if one of these keys signed a JWT, with an algorithm the sandbox takes from clients. Times are not looked at.
pub(crate) fn verified(jwt: &str, keys: &[Jwk]) -> bool {
    signed_by(jwt, keys, &[Algorithm::ES256, Algorithm::PS256, Algorithm::EdDSA])
}

/// The same for what the bank signed itself, which OpenID Connect lets it do with RS256 too.
pub(crate) fn verified_by_issuer(jwt: &str, keys: &[Jwk]) -> bool {
    signed_by(jwt, keys, &[Algorithm::ES256, Algorithm::PS256, Algorithm::EdDSA, Algorithm::RS256])
}

fn signed_by(jwt: &str, keys: &[Jwk], algorithms: &[Algorithm]) -> bool {
    let Ok(header) = jsonwebtoken::decode_header(jwt) else { return false };
    if !algorithms.contains(&header.alg) {
        return false;
    }
    let mut validation = jsonwebtoken::Validation::new(header.alg);
    validation.required_spec_claims.clear();
    (validation.validate_exp, validation.validate_nbf, validation.validate_aud) = (false, false, false);
    keys.iter().filter_map(|key| jsonwebtoken::DecodingKey::from_jwk(key).ok()).any(|key| {
        // A key of another kind than the algorithm's fails, as it should.
        jsonwebtoken::decode::<Value>(jwt, &key, &validation).is_ok()
    })
}

/// The claims of a JWT, not verified; `None` if it is none.
pub(crate) fn claims(jwt: &str) -> Option<Map<String, Value>> {
    jsonwebtoken::dangerous::insecure_decode::<Map<String, Value>>(jwt).ok().map(|token| token.claims)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn software() -> Software {
        Software {
            name: "Budget".to_owned(),
            software_id: None,
            organisation_id: "PSDGB-SCA-100001".to_owned(),
            organisation: "Demo App Limited".to_owned(),
            roles: vec![Psd2Role::Aisp],
            redirect_uris: vec!["https://app.example/cb".to_owned()],
            jwks: None,
            valid_for: Duration::from_secs(60),
        }
    }

    #[test]
    fn one_directory_knows_its_statements_from_those_of_others() {
        let now: Timestamp = "2026-03-01T08:00:00Z".parse().unwrap();
        let (one, same, other) =
            (Directory::new(Seed::new(1)), Directory::new(Seed::new(1)), Directory::new(Seed::new(2)));
        let statement = one.state(&software(), now);
        assert!(one.signed(&statement) && same.signed(&statement) && !other.signed(&statement));
        let claims = claims(&statement).unwrap();
        assert_eq!((&claims["iss"], &claims["org_id"]), (&DIRECTORY.into(), &"PSDGB-SCA-100001".into()));
        assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 60);
        let mut parts: Vec<&str> = statement.split('.').collect();
        parts[0] = "eyJhbGciOiJub25lIn0";
        assert!(!one.signed(&parts.join(".")));
    }

    proptest! {
        #[test]
        fn any_text_is_a_statement_or_not(text in "[A-Za-z0-9_.-]{0,80}") {
            prop_assert!(!Directory::new(Seed::new(1)).signed(&text));
            let _ = claims(&text);
        }
    }
}
