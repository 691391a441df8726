//! The proof brings the public key it was made with.

use jsonwebtoken::jwk::Jwk;

use crate::auth::assertion::family_of;
use crate::auth::error::{ErrorCode, OAuthError};
use crate::auth::proof::{Proof, ProofStage, refused};
use crate::auth::step::{Kind, Step};

pub(crate) const STEP: Step<ProofStage> =
    Step { slug: "proof-key", kind: Kind::Reads, source: "RFC 9449 4.2", errors: &[ErrorCode::InvalidDpopProof], run };

fn run(proof: &mut Proof<'_>) -> Result<(), OAuthError> {
    let jwk = proof.jws().header.get("jwk").cloned();
    let jwk = jwk.ok_or_else(|| refused("the DPoP proof has no jwk in its header"))?;
    let key = serde_json::from_value::<Jwk>(jwk).ok().filter(|key| family_of(key).is_some());
    proof.choose(key.ok_or_else(|| refused("jwk of the DPoP proof is not a public key for ES256, PS256 or EdDSA"))?);
    Ok(())
}
