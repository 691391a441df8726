//! The code was given to this client.

use crate::auth::endpoint::back_channel::{BackChannel, BackStage};
use crate::auth::error::{ErrorCode, OAuthError};
use crate::auth::step::{Kind, Step};

pub(crate) const STEP: Step<BackStage> = Step {
    slug: "code-of-client",
    kind: Kind::Rule,
    source: "RFC 6749 4.1.3",
    errors: &[ErrorCode::InvalidGrant],
    run,
};

fn run(back: &mut BackChannel<'_>) -> Result<(), OAuthError> {
    if back.code().grant.client_id == back.client().client_id {
        return Ok(());
    }
    // The words for an unknown code: whose it is, is nobody else's business.
    Err(OAuthError::new(ErrorCode::InvalidGrant, "the code is unknown"))
}
