//! From here on the client hears about errors itself.

use crate::auth::endpoint::authorize::{FrontChannel, FrontStage};
use crate::auth::error::{ErrorCode, OAuthError};
use crate::auth::step::{Kind, Step};

pub(crate) const STEP: Step<FrontStage> = Step {
    slug: "trusted-redirect",
    kind: Kind::Reads,
    source: "RFC 6749 4.1.2.1",
    errors: &[ErrorCode::InvalidRequest],
    run,
};

fn run(front: &mut FrontChannel<'_>) -> Result<(), OAuthError> {
    // A lenient bank may have let anything through: what cannot be put into a header is still no place to go.
    if !front.redirect_uri.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(OAuthError::new(ErrorCode::InvalidRequest, "redirect_uri is not a URI"));
    }
    front.redirect_is_trusted = true;
    Ok(())
}
