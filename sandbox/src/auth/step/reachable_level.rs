//! The bank can be as certain of the account holder as the client says it must be.

use crate::auth::endpoint::authorize::{FrontChannel, FrontStage};
use crate::auth::error::{ErrorCode, OAuthError};
use crate::auth::requested::LEVELS;
use crate::auth::step::{Kind, Step};

pub(crate) const STEP: Step<FrontStage> = Step {
    slug: "reachable-level",
    kind: Kind::Rule,
    source: "OpenID Connect Core 5.5.1.1",
    errors: &[ErrorCode::AccessDenied],
    run,
};

fn run(front: &mut FrontChannel<'_>) -> Result<(), OAuthError> {
    if !front.requested.level_is_essential || front.requested.level().is_some() {
        return Ok(());
    }
    let legal = LEVELS.join(", ");
    Err(OAuthError::new(ErrorCode::AccessDenied, format!("the acr cannot be reached: this bank knows {legal}")))
}
