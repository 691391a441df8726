//! The proof does not give its private key away.

use crate::auth::error::{ErrorCode, OAuthError};
use crate::auth::proof::{Proof, ProofStage, refused};
use crate::auth::step::{Kind, Step};

pub(crate) const STEP: Step<ProofStage> = Step {
    slug: "proof-public-key",
    kind: Kind::Rule,
    source: "RFC 9449 4.3 (7)",
    errors: &[ErrorCode::InvalidDpopProof],
    run,
};

const PRIVATE: &[&str] = &["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

fn run(proof: &mut Proof<'_>) -> Result<(), OAuthError> {
    let jwk = proof.jws().header.get("jwk").and_then(serde_json::Value::as_object);
    if jwk.is_some_and(|jwk| PRIVATE.iter().any(|member| jwk.contains_key(*member))) {
        return Err(refused("jwk of the DPoP proof holds a private key, which is no secret any more: make a new one"));
    }
    Ok(())
}
