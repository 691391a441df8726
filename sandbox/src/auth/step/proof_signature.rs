//! Whoever sends the proof holds its key.

use crate::auth::error::{ErrorCode, OAuthError};
use crate::auth::proof::{Proof, ProofStage, refused};
use crate::auth::step::{Kind, Step};

pub(crate) const STEP: Step<ProofStage> = Step {
    slug: "proof-signature",
    kind: Kind::Rule,
    source: "RFC 9449 4.3 (6)",
    errors: &[ErrorCode::InvalidDpopProof],
    run,
};

fn run(proof: &mut Proof<'_>) -> Result<(), OAuthError> {
    let good = proof.jws().is_signed_by(proof.key());
    if good { Ok(()) } else { Err(refused("the signature of the DPoP proof does not verify with its jwk")) }
}
