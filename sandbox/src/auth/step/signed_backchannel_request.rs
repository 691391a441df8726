//! The parameters come in a request object, signed.

use crate::auth::endpoint::back_channel::{BackChannel, BackStage};
use crate::auth::error::{ErrorCode, OAuthError};
use crate::auth::step::{Kind, Step};

pub(crate) const STEP: Step<BackStage> = Step {
    slug: "signed-backchannel-request",
    kind: Kind::Rule,
    source: "FAPI-CIBA 5.2.2",
    errors: &[ErrorCode::InvalidRequest],
    run,
};

fn run(back: &mut BackChannel<'_>) -> Result<(), OAuthError> {
    if back.form.get("request").is_some() {
        return Ok(());
    }
    Err(OAuthError::new(
        ErrorCode::InvalidRequest,
        "request is missing: send the parameters in a signed request object",
    ))
}
