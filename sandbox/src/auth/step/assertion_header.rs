//! The assertion uses an allowed algorithm, is meant as one, and brings no key of its own.

use crate::auth::assertion::{Assertion, AssertionStage, refused};
use crate::auth::error::{ErrorCode, OAuthError};
use crate::auth::step::{Kind, Step};

pub(crate) const STEP: Step<AssertionStage> = Step {
    slug: "assertion-header",
    kind: Kind::Rule,
    source: "RFC 8725 3.1, 3.10, 3.11",
    errors: &[ErrorCode::InvalidClient],
    run,
};

fn run(assertion: &mut Assertion<'_>) -> Result<(), OAuthError> {
    let header = assertion.header();
    let algorithms = assertion.bank.auth.settings.security.terms().client_algorithms;
    if !algorithms.iter().any(|algorithm| algorithm.jose() == header.alg) {
        let legal = algorithms.iter().map(|algorithm| algorithm.name()).collect::<Vec<_>>().join(", ");
        return Err(refused(format!("client_assertion must be signed with one of {legal}")));
    }
    let typ = header.typ.as_deref().unwrap_or("JWT");
    if !typ.eq_ignore_ascii_case("JWT") && !typ.eq_ignore_ascii_case("client-authentication+jwt") {
        return Err(refused("client_assertion has a typ of another kind of JWT"));
    }
    let brings_key = header.jwk.is_some() || header.jku.is_some() || header.x5u.is_some();
    if brings_key || header.crit.is_some() {
        return Err(refused("client_assertion must not have jwk, jku, x5u or crit in its header"));
    }
    Ok(())
}
