//! How long the client wants to wait is a number of seconds.

use std::time::Duration;

use crate::auth::endpoint::back_channel::{BackChannel, BackStage};
use crate::auth::error::{ErrorCode, OAuthError};
use crate::auth::step::{Kind, Step};

pub(crate) const STEP: Step<BackStage> = Step {
    slug: "requested-expiry",
    kind: Kind::Reads,
    source: "OpenID CIBA 7.1",
    errors: &[ErrorCode::InvalidRequest],
    run,
};

/// Longest wait, whatever is asked for.
const LONGEST: u64 = 3600;

fn run(back: &mut BackChannel<'_>) -> Result<(), OAuthError> {
    let Some(text) = back.form.get("requested_expiry") else { return Ok(()) };
    match text.parse::<u64>() {
        Ok(seconds) if seconds > 0 => {
            back.asked.lifetime = Some(Duration::from_secs(seconds.min(LONGEST)));
            Ok(())
        }
        _ => Err(OAuthError::new(ErrorCode::InvalidRequest, "requested_expiry must be a positive number of seconds")),
    }
}
