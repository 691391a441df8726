//! The proof was made for the access token it comes with.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::auth::error::{ErrorCode, OAuthError};
use crate::auth::mint::sha256;
use crate::auth::proof::{Proof, ProofStage, refused};
use crate::auth::step::{Kind, Step};

pub(crate) const STEP: Step<ProofStage> = Step {
    slug: "proof-token",
    kind: Kind::Rule,
    source: "RFC 9449 4.3 (12), 7.1",
    errors: &[ErrorCode::InvalidDpopProof],
    run,
};

fn run(proof: &mut Proof<'_>) -> Result<(), OAuthError> {
    let Some(token) = proof.token else { return Ok(()) };
    let hash = URL_SAFE_NO_PAD.encode(sha256(token.as_bytes()));
    if proof.jws().claim("ath") == Some(hash.as_str()) {
        return Ok(());
    }
    Err(refused("ath of the DPoP proof must be the SHA-256 of the access token in base64url"))
}
