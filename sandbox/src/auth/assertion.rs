//! Signed client assertions (`private_key_jwt`, RFC 7523): what their steps work on, and which were seen before.

use std::sync::Arc;

use jsonwebtoken::jwk::{AlgorithmParameters, Jwk};
use jsonwebtoken::{AlgorithmFamily, DecodingKey, Header};
use serde::Deserialize;

use crate::auth::client::Client;
use crate::auth::error::{ErrorCode, OAuthError};
use crate::auth::settings::AuthSettings;
use crate::auth::step::Stage;
use crate::exchange::Call;
use crate::world::BankInstance;

/// The steps that judge one assertion.
pub(crate) struct AssertionStage;

/// One assertion on its way through the steps.
pub(crate) struct Assertion<'a> {
    pub(crate) bank: &'a BankInstance,
    pub(crate) call: &'a Call<'a>,
    pub(crate) client: Arc<Client>,
    pub(crate) jwt: String,
    pub(crate) header: Option<Header>,
    pub(crate) claims: Option<Claims>,
    pub(crate) key: Option<DecodingKey>,
}

/// The claims that matter. A member of another type makes the whole assertion unreadable.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(crate) struct Claims {
    pub(crate) iss: Option<String>,
    pub(crate) sub: Option<String>,
    aud: Option<serde_json::Value>,
    pub(crate) exp: Option<f64>,
    pub(crate) iat: Option<f64>,
    pub(crate) nbf: Option<f64>,
    pub(crate) jti: Option<String>,
}

impl Stage for AssertionStage {
    type Context<'a> = Assertion<'a>;

    fn settings<'a>(context: &'a Assertion<'_>) -> &'a AuthSettings {
        &context.bank.auth.settings
    }
}

impl<'a> Assertion<'a> {
    pub(crate) fn new(bank: &'a BankInstance, call: &'a Call<'a>, client: Arc<Client>, jwt: String) -> Assertion<'a> {
        Assertion { bank, call, client, jwt, header: None, claims: None, key: None }
    }

    pub(crate) fn header(&self) -> &Header {
        self.header.as_ref().expect("the first step reads it")
    }

    pub(crate) fn claims(&self) -> &Claims {
        self.claims.as_ref().expect("the first step reads them")
    }

    pub(crate) fn key(&self) -> &DecodingKey {
        self.key.as_ref().expect("an earlier step chooses it")
    }
}

impl Claims {
    /// `true` if `aud` is this text alone, not a list.
    pub(crate) fn is_for(&self, audience: &str) -> bool {
        self.aud.as_ref().and_then(serde_json::Value::as_str) == Some(audience)
    }

    /// The audiences: `aud` is one text or a list of them (RFC 7519 4.1.3).
    pub(crate) fn audiences(&self) -> Vec<&str> {
        match &self.aud {
            Some(serde_json::Value::String(one)) => vec![one],
            Some(serde_json::Value::Array(many)) => many.iter().filter_map(serde_json::Value::as_str).collect(),
            _ => Vec::new(),
        }
    }
}

/// A refusal that says what is wrong with an assertion.
pub(crate) fn refused(description: impl AsRef<str>) -> OAuthError {
    OAuthError::new(ErrorCode::InvalidClient, description)
}

/// Who an assertion says it is from, not verified.
pub(crate) fn claimed_subject(jwt: &str) -> Option<String> {
    #[derive(Deserialize)]
    struct Subject {
        sub: String,
    }
    jsonwebtoken::dangerous::insecure_decode::<Subject>(jwt).ok().map(|token| token.claims.sub)
}

/// The family of algorithms a public key is for; `None` for a key of another kind or curve.
pub(crate) fn family_of(jwk: &Jwk) -> Option<AlgorithmFamily> {
    match &jwk.algorithm {
        AlgorithmParameters::EllipticCurve(_) => Some(AlgorithmFamily::Ec),
        AlgorithmParameters::RSA(_) => Some(AlgorithmFamily::Rsa),
        AlgorithmParameters::OctetKeyPair(_) => Some(AlgorithmFamily::Ed),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn any_text_is_an_assertion_or_not(text in "\\PC{0,120}", header in "\\PC{0,60}", claims in "\\PC{0,60}") {
            use base64::Engine;
            let encode = |text: &str| base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(text);
            let _ = claimed_subject(&text);
            let _ = claimed_subject(&format!("{}.{}.x", encode(&header), encode(&claims)));
        }
    }
}
