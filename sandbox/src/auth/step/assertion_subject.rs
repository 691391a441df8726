//! The assertion is by and about the client: `iss` and `sub` are its id.

use crate::auth::assertion::{Assertion, AssertionStage, refused};
use crate::auth::error::{ErrorCode, OAuthError};
use crate::auth::step::{Kind, Step};

pub(crate) const STEP: Step<AssertionStage> = Step {
    slug: "assertion-subject",
    kind: Kind::Rule,
    source: "OpenID Connect Core 9",
    errors: &[ErrorCode::InvalidClient],
    run,
};

fn run(assertion: &mut Assertion<'_>) -> Result<(), OAuthError> {
    let (claims, id) = (assertion.claims(), Some(assertion.client.client_id.as_str()));
    let right = claims.iss.as_deref() == id && claims.sub.as_deref() == id;
    if right { Ok(()) } else { Err(refused("iss and sub of client_assertion must both be the client_id")) }
}
