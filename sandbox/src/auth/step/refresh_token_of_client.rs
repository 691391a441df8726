//! The refresh token was given to this client.

use crate::auth::endpoint::back_channel::{BackChannel, BackStage};
use crate::auth::error::{ErrorCode, OAuthError};
use crate::auth::step::{Kind, Step};

pub(crate) const STEP: Step<BackStage> = Step {
    slug: "refresh-token-of-client",
    kind: Kind::Rule,
    source: "RFC 6749 6",
    errors: &[ErrorCode::InvalidGrant],
    run,
};

fn run(back: &mut BackChannel<'_>) -> Result<(), OAuthError> {
    if back.refresh().family.grant.client_id == back.client().client_id {
        return Ok(());
    }
    Err(OAuthError::new(ErrorCode::InvalidGrant, "the refresh token is unknown"))
}
