//! The refresh token has neither expired nor been revoked.

use crate::auth::endpoint::back_channel::{BackChannel, BackStage};
use crate::auth::error::{ErrorCode, OAuthError};
use crate::auth::step::{Kind, Step};

pub(crate) const STEP: Step<BackStage> = Step {
    slug: "fresh-refresh-token",
    kind: Kind::Rule,
    source: "RFC 6749 6",
    errors: &[ErrorCode::InvalidGrant],
    run,
};

fn run(back: &mut BackChannel<'_>) -> Result<(), OAuthError> {
    let refuse = |description| Err(OAuthError::new(ErrorCode::InvalidGrant, description));
    if back.refresh().family.is_revoked() {
        refuse("the refresh token is revoked")
    } else if back.refresh().expires_at <= back.call.now {
        refuse("the refresh token has expired")
    } else {
        Ok(())
    }
}
