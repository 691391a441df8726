//! The reference is young.

use crate::auth::endpoint::authorize::{FrontChannel, FrontStage};
use crate::auth::error::{ErrorCode, OAuthError};
use crate::auth::step::{Kind, Step};

pub(crate) const STEP: Step<FrontStage> = Step {
    slug: "fresh-pushed-request",
    kind: Kind::Rule,
    source: "RFC 9126 2.2, 4",
    errors: &[ErrorCode::InvalidRequestUri],
    run,
};

fn run(front: &mut FrontChannel<'_>) -> Result<(), OAuthError> {
    match &front.pushed {
        Some((_, pushed)) if pushed.expires_at <= front.call.now => {
            Err(OAuthError::new(ErrorCode::InvalidRequestUri, "request_uri has expired: push the request again"))
        }
        _ => Ok(()),
    }
}
