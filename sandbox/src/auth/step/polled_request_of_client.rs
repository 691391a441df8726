//! The client polls for what it asked for itself.

use crate::auth::endpoint::back_channel::{BackChannel, BackStage};
use crate::auth::error::{ErrorCode, OAuthError};
use crate::auth::step::{Kind, Step};

pub(crate) const STEP: Step<BackStage> = Step {
    slug: "polled-request-of-client",
    kind: Kind::Rule,
    source: "RFC 8628 3.4, OpenID CIBA 11",
    errors: &[ErrorCode::InvalidGrant],
    run,
};

fn run(back: &mut BackChannel<'_>) -> Result<(), OAuthError> {
    let own = back.polled.as_ref().is_some_and(|polled| polled.client_id == back.client().client_id);
    if own { Ok(()) } else { Err(OAuthError::new(ErrorCode::InvalidGrant, "the request is of another client")) }
}
