//! A code buys tokens once; when it comes again, somebody stole it, and what it bought is worthless from then on.

use crate::auth::endpoint::back_channel::{BackChannel, BackStage};
use crate::auth::error::{ErrorCode, OAuthError};
use crate::auth::step::{Kind, Step};

pub(crate) const STEP: Step<BackStage> =
    Step { slug: "unused-code", kind: Kind::Rule, source: "RFC 6749 4.1.2", errors: &[ErrorCode::InvalidGrant], run };

fn run(back: &mut BackChannel<'_>) -> Result<(), OAuthError> {
    if !back.code().revoke_if_used() {
        return Ok(());
    }
    let description = "the code was used before: the tokens it bought are revoked";
    Err(OAuthError::new(ErrorCode::InvalidGrant, description))
}
