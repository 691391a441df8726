//! The assertion is a signed JWT with the claims it needs.

use crate::auth::assertion::{Assertion, AssertionStage, Claims, refused};
use crate::auth::error::{ErrorCode, OAuthError};
use crate::auth::step::{Kind, Step};

pub(crate) const STEP: Step<AssertionStage> = Step {
    slug: "readable-assertion",
    kind: Kind::Reads,
    source: "RFC 7523 3",
    errors: &[ErrorCode::InvalidClient],
    run,
};

const MAX_BYTES: usize = 8 * 1024;

fn run(assertion: &mut Assertion<'_>) -> Result<(), OAuthError> {
    if assertion.jwt.len() > MAX_BYTES {
        return Err(refused("client_assertion is too long"));
    }
    let malformed = |_| refused("client_assertion is not a signed JWT of a supported algorithm");
    let read = jsonwebtoken::dangerous::insecure_decode::<Claims>(&assertion.jwt).map_err(malformed)?;
    assertion.header = Some(read.header);
    assertion.claims = Some(read.claims);
    Ok(())
}
