//! The client proves who it is in a way it registered.

use crate::auth::client_auth::failed;
use crate::auth::endpoint::back_channel::{BackChannel, BackStage};
use crate::auth::error::{ErrorCode, OAuthError};
use crate::auth::step::{Kind, Step};

pub(crate) const STEP: Step<BackStage> = Step {
    slug: "registered-method",
    kind: Kind::Rule,
    source: "OpenID Connect Core 9",
    errors: &[ErrorCode::InvalidClient],
    run,
};

fn run(back: &mut BackChannel<'_>) -> Result<(), OAuthError> {
    let method = back.credentials().method();
    if back.client().auth_methods.contains(&method) { Ok(()) } else { Err(failed(back.call.request)) }
}
