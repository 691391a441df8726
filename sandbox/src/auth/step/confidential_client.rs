//! Only a client that proved who it is may ask about tokens.

use crate::auth::client::AuthMethod;
use crate::auth::client_auth::failed;
use crate::auth::endpoint::back_channel::{BackChannel, BackStage};
use crate::auth::error::{ErrorCode, OAuthError};
use crate::auth::step::{Kind, Step};

pub(crate) const STEP: Step<BackStage> = Step {
    slug: "confidential-client",
    kind: Kind::Rule,
    source: "RFC 7662 2.1",
    errors: &[ErrorCode::InvalidClient],
    run,
};

fn run(back: &mut BackChannel<'_>) -> Result<(), OAuthError> {
    if back.credentials().method() == AuthMethod::None { Err(failed(back.call.request)) } else { Ok(()) }
}
