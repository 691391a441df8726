//! The request comes through the back channel, where nobody on the way can change it.

use crate::auth::endpoint::authorize::{FrontChannel, FrontStage};
use crate::auth::error::{ErrorCode, OAuthError};
use crate::auth::step::{Kind, Step};

pub(crate) const STEP: Step<FrontStage> = Step {
    slug: "pushed-only",
    kind: Kind::Rule,
    source: "FAPI 2.0 5.3.2.2 (2)",
    errors: &[ErrorCode::InvalidRequest],
    run,
};

fn run(front: &mut FrontChannel<'_>) -> Result<(), OAuthError> {
    if front.pushed.is_some() || front.is_pushed_now() {
        return Ok(());
    }
    let description = "push the request to the pushed authorization request endpoint and send its request_uri";
    Err(OAuthError::new(ErrorCode::InvalidRequest, description))
}
