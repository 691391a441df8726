//! The code is young.

use crate::auth::endpoint::back_channel::{BackChannel, BackStage};
use crate::auth::error::{ErrorCode, OAuthError};
use crate::auth::step::{Kind, Step};

pub(crate) const STEP: Step<BackStage> =
    Step { slug: "fresh-code", kind: Kind::Rule, source: "RFC 6749 4.1.2", errors: &[ErrorCode::InvalidGrant], run };

fn run(back: &mut BackChannel<'_>) -> Result<(), OAuthError> {
    if back.call.now < back.code().expires_at {
        return Ok(());
    }
    Err(OAuthError::new(ErrorCode::InvalidGrant, "the code has expired"))
}
