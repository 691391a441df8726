//! The client asks for a signed answer.

use crate::auth::endpoint::authorize::{FrontChannel, FrontStage};
use crate::auth::error::{ErrorCode, OAuthError};
use crate::auth::step::{Kind, Step};

pub(crate) const STEP: Step<FrontStage> = Step {
    slug: "signed-response",
    kind: Kind::Rule,
    source: "FAPI 2.0 message signing 5.4.1",
    errors: &[ErrorCode::InvalidRequest],
    run,
};

fn run(front: &mut FrontChannel<'_>) -> Result<(), OAuthError> {
    if front.mode.signed {
        return Ok(());
    }
    Err(OAuthError::new(ErrorCode::InvalidRequest, "response_mode must be jwt: the answer is signed"))
}
