//! The client registered for backchannel authentication.

use crate::auth::client::GrantType;
use crate::auth::endpoint::back_channel::{BackChannel, BackStage};
use crate::auth::error::{ErrorCode, OAuthError};
use crate::auth::step::{Kind, Step};

pub(crate) const STEP: Step<BackStage> = Step {
    slug: "backchannel-client",
    kind: Kind::Rule,
    source: "OpenID CIBA 4, 13",
    errors: &[ErrorCode::UnauthorizedClient],
    run,
};

fn run(back: &mut BackChannel<'_>) -> Result<(), OAuthError> {
    if back.client().grants.contains(&GrantType::Ciba) {
        return Ok(());
    }
    Err(OAuthError::new(ErrorCode::UnauthorizedClient, "the client did not register for backchannel authentication"))
}
