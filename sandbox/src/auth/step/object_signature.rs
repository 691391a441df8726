//! The client signed the request object, with a key it registered.

use jsonwebtoken::jwk::Jwk;

use crate::auth::endpoint::authorize::{FrontChannel, FrontStage};
use crate::auth::error::{ErrorCode, OAuthError};
use crate::auth::step::{Kind, Step};

pub(crate) const STEP: Step<FrontStage> = Step {
    slug: "object-signature",
    kind: Kind::Rule,
    source: "RFC 9101 6.2",
    errors: &[ErrorCode::InvalidRequestObject],
    run,
};

fn run(front: &mut FrontChannel<'_>) -> Result<(), OAuthError> {
    let Some(object) = front.object.as_ref().filter(|object| !object.is_unsigned()) else { return Ok(()) };
    let named = |key: &&Jwk| object.header("kid").is_none_or(|kid| key.common.key_id.as_deref() == Some(kid));
    if front.client().keys.public().iter().filter(named).any(|key| object.is_signed_by(key)) {
        return Ok(());
    }
    let description = "the request object is not signed with a registered key of the client";
    Err(OAuthError::new(ErrorCode::InvalidRequestObject, description))
}
