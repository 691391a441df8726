//! A refresh token buys tokens once; when it comes again, one of two holders is a thief, and the whole family dies.

use crate::auth::endpoint::back_channel::{BackChannel, BackStage};
use crate::auth::error::{ErrorCode, OAuthError};
use crate::auth::step::{Kind, Step};

pub(crate) const STEP: Step<BackStage> = Step {
    slug: "unused-refresh-token",
    kind: Kind::Rule,
    source: "RFC 9700 4.14.2",
    errors: &[ErrorCode::InvalidGrant],
    run,
};

fn run(back: &mut BackChannel<'_>) -> Result<(), OAuthError> {
    if !back.refresh().revoke_if_spent(back.bank.auth.grants.policy(), back.call.now) {
        return Ok(());
    }
    let description = "the refresh token was used before: every token of its family is revoked";
    Err(OAuthError::new(ErrorCode::InvalidGrant, description))
}
