//! The request says where the answer goes; it may leave that out only if there is one place.

use crate::auth::endpoint::authorize::{FrontChannel, FrontStage};
use crate::auth::error::{ErrorCode, OAuthError};
use crate::auth::step::{Kind, Step};

pub(crate) const STEP: Step<FrontStage> = Step {
    slug: "redirect-uri",
    kind: Kind::Reads,
    source: "RFC 6749 3.1.2.3",
    errors: &[ErrorCode::InvalidRequest],
    run,
};

fn run(front: &mut FrontChannel<'_>) -> Result<(), OAuthError> {
    front.redirect_uri = match (front.parameters.get("redirect_uri"), front.client().redirect_uris.as_slice()) {
        (Some(sent), _) => sent.to_owned(),
        (None, [only]) => only.as_str().to_owned(),
        (None, _) => return Err(OAuthError::new(ErrorCode::InvalidRequest, "redirect_uri is missing")),
    };
    Ok(())
}
