//! The proof holds the nonce the server asked for. One that is old is answered with a new one, and costs the client nothing
//! else: neither its code nor its assertion.

use crate::auth::error::{ErrorCode, OAuthError};
use crate::auth::proof::{Proof, ProofStage};
use crate::auth::step::{Kind, Step};

pub(crate) const STEP: Step<ProofStage> = Step {
    slug: "proof-nonce",
    kind: Kind::Rule,
    source: "RFC 9449 4.3 (10), 8, 9",
    errors: &[ErrorCode::UseDpopNonce],
    run,
};

fn run(proof: &mut Proof<'_>) -> Result<(), OAuthError> {
    let (auth, place, now) = (proof.auth, proof.place(), proof.now);
    let policy = auth.settings.security.nonces;
    if auth.nonces.takes(policy, (place, proof.jws().claim("nonce")), &auth.mint, now) {
        return Ok(());
    }
    let description = "the DPoP proof needs the nonce of the header DPoP-Nonce: send it again with that";
    let nonce = auth.nonces.next(policy, place, &auth.mint, now);
    Err(OAuthError::new(ErrorCode::UseDpopNonce, description).nonce(nonce))
}
