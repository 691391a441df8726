//! The client's secret is the registered one.

use crate::auth::client_auth::{Credentials, failed};
use crate::auth::endpoint::back_channel::{BackChannel, BackStage};
use crate::auth::error::{ErrorCode, OAuthError};
use crate::auth::mint::same_secret;
use crate::auth::step::{Kind, Step};

pub(crate) const STEP: Step<BackStage> = Step {
    slug: "client-secret",
    kind: Kind::Rule,
    source: "RFC 6749 2.3.1",
    errors: &[ErrorCode::InvalidClient],
    run,
};

fn run(back: &mut BackChannel<'_>) -> Result<(), OAuthError> {
    let (Credentials::Basic { secret, .. } | Credentials::Post { secret, .. }) = back.credentials() else {
        return Ok(());
    };
    let registered = back.client().secret.as_deref();
    let right = registered.is_some_and(|registered| same_secret(registered, secret));
    if right { Ok(()) } else { Err(failed(back.call.request)) }
}
