//! The redirect URI is a registered one, byte for byte; only the port of a loopback URI is free.

use crate::auth::endpoint::authorize::{FrontChannel, FrontStage};
use crate::auth::error::{ErrorCode, OAuthError};
use crate::auth::step::{Kind, Step};

pub(crate) const STEP: Step<FrontStage> = Step {
    slug: "registered-redirect-uri",
    kind: Kind::Rule,
    source: "RFC 9700 2.1, RFC 8252 7.3",
    errors: &[ErrorCode::InvalidRequest],
    run,
};

fn run(front: &mut FrontChannel<'_>) -> Result<(), OAuthError> {
    if front.client().redirect_uris.iter().any(|registered| registered.allows(&front.redirect_uri)) {
        return Ok(());
    }
    let description = "redirect_uri is not registered for this client: it must be equal to a registered one";
    Err(OAuthError::new(ErrorCode::InvalidRequest, description))
}
