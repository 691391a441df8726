//! The assertion is valid now, on the world's clock, and not for long.

use crate::auth::assertion::{Assertion, AssertionStage, refused};
use crate::auth::error::{ErrorCode, OAuthError};
use crate::auth::step::{Kind, Step};

pub(crate) const STEP: Step<AssertionStage> = Step {
    slug: "assertion-times",
    kind: Kind::Rule,
    source: "RFC 7523 3 (4-6), FAPI 2.0 5.3.2.1",
    errors: &[ErrorCode::InvalidClient],
    run,
};

/// Clocks differ: 10 seconds ahead must pass, 60 must not (FAPI 2.0 5.3.2.1).
const MAX_AHEAD_SECONDS: f64 = 30.0;
const MAX_LIFETIME_SECONDS: f64 = 3600.0;

fn run(assertion: &mut Assertion<'_>) -> Result<(), OAuthError> {
    let now = assertion.call.now.as_second() as f64;
    let claims = assertion.claims();
    let exp = claims.exp.ok_or_else(|| refused("client_assertion has no exp"))?;
    if exp <= now {
        return Err(refused("client_assertion has expired"));
    }
    if exp > now + MAX_LIFETIME_SECONDS {
        return Err(refused("exp of client_assertion is more than an hour ahead"));
    }
    if [claims.iat, claims.nbf].into_iter().flatten().any(|at| at > now + MAX_AHEAD_SECONDS) {
        return Err(refused("iat or nbf of client_assertion is in the future"));
    }
    Ok(())
}
