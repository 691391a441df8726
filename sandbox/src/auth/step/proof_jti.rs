//! The proof is used once.

use std::time::Duration;

use crate::auth::error::{ErrorCode, OAuthError};
use crate::auth::grant::after;
use crate::auth::proof::{Proof, ProofStage, refused};
use crate::auth::step::{Kind, Step};

pub(crate) const STEP: Step<ProofStage> = Step {
    slug: "proof-jti",
    kind: Kind::Rule,
    source: "RFC 9449 4.2, 11.1",
    errors: &[ErrorCode::InvalidDpopProof],
    run,
};

/// Longer than a proof is fresh.
const REMEMBERED: Duration = Duration::from_secs(600);

fn run(proof: &mut Proof<'_>) -> Result<(), OAuthError> {
    let jti = proof.jws().claim("jti").filter(|jti| !jti.is_empty());
    let jti = jti.ok_or_else(|| refused("the DPoP proof has no jti"))?;
    let now = proof.now;
    if proof.auth.proofs.first_time(&proof.thumbprint(), jti, after(now, REMEMBERED), now) {
        return Ok(());
    }
    Err(refused("the DPoP proof was used before: make a new one with another jti"))
}
