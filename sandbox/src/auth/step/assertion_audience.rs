//! The assertion is for this authorization server: its issuer, its token endpoint, or the endpoint that is called.

use crate::auth::assertion::{Assertion, AssertionStage, refused};
use crate::auth::error::{ErrorCode, OAuthError};
use crate::auth::step::{Kind, Step};

pub(crate) const STEP: Step<AssertionStage> = Step {
    slug: "assertion-audience",
    kind: Kind::Rule,
    source: "RFC 7523 3 (3), OpenID Connect Core 9",
    errors: &[ErrorCode::InvalidClient],
    run,
};

fn run(assertion: &mut Assertion<'_>) -> Result<(), OAuthError> {
    let request = assertion.call.request;
    let bases = [Some(&request.base_url), request.mutual_base_url.as_ref()];
    let paths = ["/oauth/token", request.path.as_str()];
    let endpoints = bases.into_iter().flatten().flat_map(|base| paths.map(|path| format!("{base}{path}")));
    let endpoints: Vec<String> = endpoints.collect();
    let own = |aud: &&str| *aud == request.base_url || endpoints.iter().any(|endpoint| endpoint == aud);
    if assertion.claims().audiences().iter().any(own) {
        return Ok(());
    }
    Err(refused("aud of client_assertion must be the issuer or the token endpoint"))
}
