//! The assertion is for this authorization server and names it by its issuer alone: what other parties call it cannot be
//! made to mean it.

use crate::auth::assertion::{Assertion, AssertionStage, refused};
use crate::auth::error::{ErrorCode, OAuthError};
use crate::auth::step::{Kind, Step};

pub(crate) const STEP: Step<AssertionStage> = Step {
    slug: "assertion-audience-issuer",
    kind: Kind::Rule,
    source: "FAPI 2.0 5.3.2.1 (8)",
    errors: &[ErrorCode::InvalidClient],
    run,
};

fn run(assertion: &mut Assertion<'_>) -> Result<(), OAuthError> {
    if assertion.claims().is_for(&assertion.call.request.base_url) {
        return Ok(());
    }
    Err(refused("aud of client_assertion must be the issuer, as a single text"))
}
