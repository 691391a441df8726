//! The assertion is used once.

use jiff::Timestamp;

use crate::auth::assertion::{Assertion, AssertionStage, refused};
use crate::auth::error::{ErrorCode, OAuthError};
use crate::auth::step::{Kind, Step};

pub(crate) const STEP: Step<AssertionStage> = Step {
    slug: "assertion-jti",
    kind: Kind::Rule,
    source: "RFC 7523 3 (7), OpenID Connect Core 9",
    errors: &[ErrorCode::InvalidClient],
    run,
};

fn run(assertion: &mut Assertion<'_>) -> Result<(), OAuthError> {
    let claims = assertion.claims();
    let jti = claims.jti.as_deref().ok_or_else(|| refused("client_assertion has no jti"))?;
    let (seen, now) = (&assertion.bank.auth.assertions, assertion.call.now);
    let forget_at = claims.exp.and_then(|exp| Timestamp::from_second(exp.ceil() as i64).ok()).unwrap_or(now);
    if seen.first_time(&assertion.client.client_id, jti, forget_at, now) {
        return Ok(());
    }
    Err(refused("client_assertion was used before: make a new one with another jti"))
}
