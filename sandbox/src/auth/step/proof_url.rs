//! The proof was made for this address; query and fragment do not count, nor does the spelling of scheme, host and port.

use url::Url;

use crate::auth::error::{ErrorCode, OAuthError};
use crate::auth::proof::{Proof, ProofStage, refused};
use crate::auth::step::{Kind, Step};

pub(crate) const STEP: Step<ProofStage> = Step {
    slug: "proof-url",
    kind: Kind::Rule,
    source: "RFC 9449 4.3 (9)",
    errors: &[ErrorCode::InvalidDpopProof],
    run,
};

fn run(proof: &mut Proof<'_>) -> Result<(), OAuthError> {
    let asked = proof.jws().claim("htu").and_then(address);
    let request = proof.request;
    let bases = [Some(&request.base_url), request.mutual_base_url.as_ref()];
    let mut own = bases.into_iter().flatten().map(|base| address(&format!("{base}{}", request.path)));
    if asked.is_some() && own.any(|own| own == asked) {
        return Ok(());
    }
    Err(refused("htu of the DPoP proof must be the URL of the request, without query and fragment"))
}

/// A URL as it is compared: `url` lowers scheme and host and drops the default port.
fn address(text: &str) -> Option<Url> {
    let mut url = Url::parse(text).ok()?;
    url.set_query(None);
    url.set_fragment(None);
    Some(url)
}
