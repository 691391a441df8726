//! The proof is fresh, on the world's clock. With a nonce its age is known already.

use crate::auth::error::{ErrorCode, OAuthError};
use crate::auth::nonce;
use crate::auth::proof::{Proof, ProofStage, refused};
use crate::auth::step::{Kind, Step};

pub(crate) const STEP: Step<ProofStage> = Step {
    slug: "proof-times",
    kind: Kind::Rule,
    source: "RFC 9449 4.3 (11), FAPI 2.0 5.3.2.1 (13)",
    errors: &[ErrorCode::InvalidDpopProof],
    run,
};

/// How old a proof may be. Clocks differ: 10 seconds ahead must pass, 60 must not.
pub(crate) const MAX_AGE_SECONDS: f64 = 300.0;
const MAX_AHEAD_SECONDS: f64 = 30.0;

fn run(proof: &mut Proof<'_>) -> Result<(), OAuthError> {
    let iat = proof.jws().seconds("iat").ok_or_else(|| refused("the DPoP proof has no iat"))?;
    let age = proof.now.as_second() as f64 - iat;
    let by_nonce = nonce::asks(proof.auth.settings.security.nonces, proof.place());
    if by_nonce || (-MAX_AHEAD_SECONDS..=MAX_AGE_SECONDS).contains(&age) {
        return Ok(());
    }
    Err(refused("iat of the DPoP proof is too old or in the future"))
}
