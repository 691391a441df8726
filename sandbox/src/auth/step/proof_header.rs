//! The proof says what it is and is signed with an asymmetric algorithm.

use crate::auth::error::{ErrorCode, OAuthError};
use crate::auth::proof::{PROOF_ALGORITHMS, Proof, ProofStage, refused};
use crate::auth::step::{Kind, Step};

pub(crate) const STEP: Step<ProofStage> = Step {
    slug: "proof-header",
    kind: Kind::Rule,
    source: "RFC 9449 4.3 (4, 5)",
    errors: &[ErrorCode::InvalidDpopProof],
    run,
};

fn run(proof: &mut Proof<'_>) -> Result<(), OAuthError> {
    let jws = proof.jws();
    if jws.header("typ") != Some("dpop+jwt") {
        return Err(refused("typ of the DPoP proof must be dpop+jwt"));
    }
    if !jws.algorithm().is_some_and(|algorithm| PROOF_ALGORITHMS.contains(&algorithm)) {
        let legal = PROOF_ALGORITHMS.iter().map(|algorithm| algorithm.name()).collect::<Vec<_>>().join(", ");
        return Err(refused(format!("the DPoP proof must be signed with one of {legal}")));
    }
    if jws.header.contains_key("crit") {
        return Err(refused("the DPoP proof must not have crit in its header"));
    }
    Ok(())
}
