//! The request object holds no other.

use crate::auth::endpoint::authorize::{FrontChannel, FrontStage};
use crate::auth::error::{ErrorCode, OAuthError};
use crate::auth::jose::Jws;
use crate::auth::step::{Kind, Step};

pub(crate) const STEP: Step<FrontStage> = Step {
    slug: "object-flat",
    kind: Kind::Rule,
    source: "RFC 9101 4",
    errors: &[ErrorCode::InvalidRequestObject],
    run,
};

fn run(front: &mut FrontChannel<'_>) -> Result<(), OAuthError> {
    let nested = |object: &Jws| ["request", "request_uri"].iter().any(|name| object.claims.contains_key(*name));
    if !front.object.as_ref().is_some_and(nested) {
        return Ok(());
    }
    Err(OAuthError::new(ErrorCode::InvalidRequestObject, "the request object must not hold request or request_uri"))
}
