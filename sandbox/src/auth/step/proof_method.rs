//! The proof was made for this method.

use crate::auth::error::{ErrorCode, OAuthError};
use crate::auth::proof::{Proof, ProofStage, refused};
use crate::auth::step::{Kind, Step};

pub(crate) const STEP: Step<ProofStage> = Step {
    slug: "proof-method",
    kind: Kind::Rule,
    source: "RFC 9449 4.3 (8)",
    errors: &[ErrorCode::InvalidDpopProof],
    run,
};

fn run(proof: &mut Proof<'_>) -> Result<(), OAuthError> {
    if proof.jws().claim("htm") == Some(proof.request.method.as_str()) {
        return Ok(());
    }
    Err(refused("htm of the DPoP proof must be the method of the request"))
}
