//! The request object is for this authorization server.

use crate::auth::endpoint::authorize::{FrontChannel, FrontStage};
use crate::auth::error::{ErrorCode, OAuthError};
use crate::auth::step::{Kind, Step};

pub(crate) const STEP: Step<FrontStage> = Step {
    slug: "object-audience",
    kind: Kind::Rule,
    source: "RFC 9101 4, FAPI 1.0 part 2 5.2.2 (15), FAPI 2.0 message signing 5.3.1",
    errors: &[ErrorCode::InvalidRequestObject],
    run,
};

fn run(front: &mut FrontChannel<'_>) -> Result<(), OAuthError> {
    let Some(object) = &front.object else { return Ok(()) };
    let absent = !object.claims.contains_key("aud") && !front.security().is_fapi();
    if absent || object.is_for(&front.call.request.base_url) {
        return Ok(());
    }
    Err(OAuthError::new(ErrorCode::InvalidRequestObject, "aud of the request object must be the issuer"))
}
