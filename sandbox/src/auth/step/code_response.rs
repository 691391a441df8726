//! The answer is a code: no token ever passes through a browser.

use crate::auth::endpoint::authorize::{FrontChannel, FrontStage};
use crate::auth::error::{ErrorCode, OAuthError};
use crate::auth::step::{Kind, Step};

pub(crate) const STEP: Step<FrontStage> = Step {
    slug: "code-response",
    kind: Kind::Rule,
    source: "RFC 6749 3.1.1, RFC 9700 2.1.2",
    errors: &[ErrorCode::InvalidRequest, ErrorCode::UnsupportedResponseType],
    run,
};

fn run(front: &mut FrontChannel<'_>) -> Result<(), OAuthError> {
    match front.parameters.get("response_type") {
        None => Err(OAuthError::new(ErrorCode::InvalidRequest, "response_type is missing: send code")),
        Some("code") => Ok(()),
        Some(_) => Err(OAuthError::new(ErrorCode::UnsupportedResponseType, "response_type must be code")),
    }
}
