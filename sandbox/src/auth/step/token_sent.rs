//! The request names a token.

use crate::auth::endpoint::back_channel::{BackChannel, BackStage};
use crate::auth::error::{ErrorCode, OAuthError};
use crate::auth::step::{Kind, Step};

pub(crate) const STEP: Step<BackStage> = Step {
    slug: "token-sent",
    kind: Kind::Reads,
    source: "RFC 7009 2.1, RFC 7662 2.1",
    errors: &[ErrorCode::InvalidRequest],
    run,
};

fn run(back: &mut BackChannel<'_>) -> Result<(), OAuthError> {
    let token = back.form.get("token");
    back.token = token.ok_or_else(|| OAuthError::new(ErrorCode::InvalidRequest, "token is missing"))?.to_owned();
    Ok(())
}
