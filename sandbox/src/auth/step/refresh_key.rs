//! A public client's refresh token works only with the key it was given out for; others prove who they are anyway, and
//! may change their key.

use crate::auth::endpoint::back_channel::{BackChannel, BackStage};
use crate::auth::error::{ErrorCode, OAuthError};
use crate::auth::step::{Kind, Step};

pub(crate) const STEP: Step<BackStage> = Step {
    slug: "refresh-key",
    kind: Kind::Rule,
    source: "RFC 9449 5, RFC 8705 4",
    errors: &[ErrorCode::InvalidGrant],
    run,
};

fn run(back: &mut BackChannel<'_>) -> Result<(), OAuthError> {
    let bound = back.refresh().family.binding.as_ref().filter(|_| back.client().is_public());
    if bound.is_none() || bound == back.binding.as_ref() {
        return Ok(());
    }
    Err(OAuthError::new(ErrorCode::InvalidGrant, "the refresh token is bound to another key"))
}
