//! A client proves who it is in exactly one way.

use crate::auth::client_auth::Credentials;
use crate::auth::endpoint::back_channel::{BackChannel, BackStage};
use crate::auth::error::{ErrorCode, OAuthError};
use crate::auth::step::{Kind, Step};

pub(crate) const STEP: Step<BackStage> = Step {
    slug: "one-authentication",
    kind: Kind::Reads,
    source: "RFC 6749 2.3",
    errors: &[ErrorCode::InvalidRequest, ErrorCode::InvalidClient],
    run,
};

fn run(back: &mut BackChannel<'_>) -> Result<(), OAuthError> {
    back.credentials = Some(Credentials::read(back.call.request, &back.form)?);
    Ok(())
}
