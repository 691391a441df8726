//! The client polls no faster than it was told.

use crate::auth::endpoint::back_channel::{BackChannel, BackStage};
use crate::auth::error::{ErrorCode, OAuthError};
use crate::auth::step::{Kind, Step};

pub(crate) const STEP: Step<BackStage> = Step {
    slug: "polling-pace",
    kind: Kind::Rule,
    source: "RFC 8628 3.5, OpenID CIBA 11",
    errors: &[ErrorCode::SlowDown],
    run,
};

fn run(back: &mut BackChannel<'_>) -> Result<(), OAuthError> {
    if back.bank.auth.pollings.in_pace(&back.token, back.call.now) {
        return Ok(());
    }
    let why = "polled too soon: wait five seconds longer between two polls than before";
    Err(OAuthError::new(ErrorCode::SlowDown, why))
}
