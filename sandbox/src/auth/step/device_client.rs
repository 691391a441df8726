//! The client registered for the device grant.

use crate::auth::client::GrantType;
use crate::auth::endpoint::back_channel::{BackChannel, BackStage};
use crate::auth::error::{ErrorCode, OAuthError};
use crate::auth::step::{Kind, Step};

pub(crate) const STEP: Step<BackStage> = Step {
    slug: "device-client",
    kind: Kind::Rule,
    source: "RFC 8628 3.1, RFC 6749 5.2",
    errors: &[ErrorCode::UnauthorizedClient],
    run,
};

fn run(back: &mut BackChannel<'_>) -> Result<(), OAuthError> {
    if back.client().grants.contains(&GrantType::DeviceCode) {
        return Ok(());
    }
    Err(OAuthError::new(ErrorCode::UnauthorizedClient, "the client did not register for the device grant"))
}
