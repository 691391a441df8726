//! The reference leads to one decision. Loading the page again is no use of it.

use crate::auth::endpoint::authorize::{FrontChannel, FrontStage};
use crate::auth::error::{ErrorCode, OAuthError};
use crate::auth::step::{Kind, Step};

pub(crate) const STEP: Step<FrontStage> = Step {
    slug: "unused-pushed-request",
    kind: Kind::Rule,
    source: "RFC 9126 4, 7.3",
    errors: &[ErrorCode::InvalidRequestUri],
    run,
};

fn run(front: &mut FrontChannel<'_>) -> Result<(), OAuthError> {
    match &front.pushed {
        Some((_, pushed)) if pushed.used => {
            Err(OAuthError::new(ErrorCode::InvalidRequestUri, "request_uri was used before: push the request again"))
        }
        _ => Ok(()),
    }
}
