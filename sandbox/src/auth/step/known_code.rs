//! The code is one the bank gave out.

use crate::auth::endpoint::back_channel::{BackChannel, BackStage};
use crate::auth::error::{ErrorCode, OAuthError};
use crate::auth::step::{Kind, Step};

pub(crate) const STEP: Step<BackStage> = Step {
    slug: "known-code",
    kind: Kind::Reads,
    source: "RFC 6749 4.1.3",
    errors: &[ErrorCode::InvalidRequest, ErrorCode::InvalidGrant],
    run,
};

fn run(back: &mut BackChannel<'_>) -> Result<(), OAuthError> {
    let secret = back.form.get("code");
    let secret = secret.ok_or_else(|| OAuthError::new(ErrorCode::InvalidRequest, "code is missing"))?;
    let code = back.bank.auth.grants.code(secret);
    back.code = Some(code.ok_or_else(|| OAuthError::new(ErrorCode::InvalidGrant, "the code is unknown"))?);
    Ok(())
}
