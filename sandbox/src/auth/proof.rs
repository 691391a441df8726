//! DPoP proofs (RFC 9449): what their steps work on, at the authorization server and at resources.

use jsonwebtoken::jwk::{Jwk, ThumbprintHash};

use crate::auth::AuthServer;
use crate::auth::error::{ErrorCode, OAuthError};
use crate::auth::jose::Jws;
use crate::auth::key::SigningAlgorithm;
use crate::auth::nonce::Place;
use crate::auth::settings::AuthSettings;
use crate::auth::step::{self, Stage};
use crate::exchange::Request;
use jiff::Timestamp;

/// What proofs may be signed with, whatever the profile.
pub(crate) const PROOF_ALGORITHMS: &[SigningAlgorithm] =
    &[SigningAlgorithm::Es256, SigningAlgorithm::Ps256, SigningAlgorithm::EdDsa];

/// The header a proof comes in.
pub(crate) const HEADER: &str = "dpop";

/// The steps that judge one proof.
pub(crate) struct ProofStage;

/// One proof on its way through the steps.
pub(crate) struct Proof<'a> {
    pub(crate) auth: &'a AuthServer,
    pub(crate) request: &'a Request,
    pub(crate) now: Timestamp,
    /// The access token it comes with; `None` at the authorization server.
    pub(crate) token: Option<&'a str>,
    jws: Option<Jws>,
    key: Option<Jwk>,
}

impl Stage for ProofStage {
    type Context<'a> = Proof<'a>;

    fn settings<'a>(context: &'a Proof<'_>) -> &'a AuthSettings {
        &context.auth.settings
    }
}

/// The thumbprint of the key that a request's proof was made with; `None` if it has no proof.
///
/// # Errors
/// `invalid_dpop_proof`, or `use_dpop_nonce` with a nonce.
pub(crate) fn shown(
    auth: &AuthServer,
    request: &Request,
    token: Option<&str>,
    now: Timestamp,
) -> Result<Option<String>, OAuthError> {
    if !request.headers.contains_key(HEADER) {
        return Ok(None);
    }
    let mut proof = Proof { auth, request, now, token, jws: None, key: None };
    step::run(step::PROOF, &mut proof)?;
    Ok(Some(proof.thumbprint()))
}

impl Proof<'_> {
    pub(crate) fn read(&mut self, jws: Jws) {
        self.jws = Some(jws);
    }

    pub(crate) fn choose(&mut self, key: Jwk) {
        self.key = Some(key);
    }

    pub(crate) fn jws(&self) -> &Jws {
        self.jws.as_ref().expect("the first step reads it")
    }

    pub(crate) fn key(&self) -> &Jwk {
        self.key.as_ref().expect("an earlier step reads it")
    }

    /// The key's name (RFC 7638).
    pub(crate) fn thumbprint(&self) -> String {
        self.key().thumbprint(ThumbprintHash::SHA256).unwrap_or_default()
    }

    /// Where it is shown.
    pub(crate) fn place(&self) -> Place {
        if self.token.is_some() { Place::Resource } else { Place::Server }
    }
}

/// A refusal that says what is wrong with a proof.
pub(crate) fn refused(description: impl AsRef<str>) -> OAuthError {
    OAuthError::new(ErrorCode::InvalidDpopProof, description)
}
