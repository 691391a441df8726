//! The proof is one JWT, in one header.

use crate::auth::error::{ErrorCode, OAuthError};
use crate::auth::jose::Jws;
use crate::auth::proof::{HEADER, Proof, ProofStage, refused};
use crate::auth::step::{Kind, Step};

pub(crate) const STEP: Step<ProofStage> = Step {
    slug: "readable-proof",
    kind: Kind::Reads,
    source: "RFC 9449 4.3 (1, 2)",
    errors: &[ErrorCode::InvalidDpopProof],
    run,
};

fn run(proof: &mut Proof<'_>) -> Result<(), OAuthError> {
    let mut headers = proof.request.headers.get_all(HEADER).iter();
    let (Some(header), None) = (headers.next(), headers.next()) else {
        return Err(refused("send one DPoP header, not several"));
    };
    let text = header.to_str().map_err(|_| refused("the DPoP proof is not a JWT"))?;
    let jws = Jws::parse(text).map_err(|why| refused(format!("the DPoP proof is {why}")))?;
    proof.read(jws);
    Ok(())
}
