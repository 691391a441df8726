//! The refresh token is one the bank gave out.

use crate::auth::endpoint::back_channel::{BackChannel, BackStage};
use crate::auth::error::{ErrorCode, OAuthError};
use crate::auth::step::{Kind, Step};

pub(crate) const STEP: Step<BackStage> = Step {
    slug: "known-refresh-token",
    kind: Kind::Reads,
    source: "RFC 6749 6",
    errors: &[ErrorCode::InvalidRequest, ErrorCode::InvalidGrant],
    run,
};

fn run(back: &mut BackChannel<'_>) -> Result<(), OAuthError> {
    let secret = back.form.get("refresh_token");
    let secret = secret.ok_or_else(|| OAuthError::new(ErrorCode::InvalidRequest, "refresh_token is missing"))?;
    let token = back.bank.auth.grants.refresh(secret);
    let unknown = || OAuthError::new(ErrorCode::InvalidGrant, "the refresh token is unknown");
    back.refresh = Some(token.ok_or_else(unknown)?);
    Ok(())
}
