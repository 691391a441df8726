//! A backchannel request is an OpenID Connect request: its scope says so.

use crate::auth::endpoint::back_channel::{BackChannel, BackStage};
use crate::auth::error::{ErrorCode, OAuthError};
use crate::auth::step::{Kind, Step};

pub(crate) const STEP: Step<BackStage> =
    Step { slug: "openid-scope", kind: Kind::Rule, source: "OpenID CIBA 7.1", errors: &[ErrorCode::InvalidScope], run };

fn run(back: &mut BackChannel<'_>) -> Result<(), OAuthError> {
    if back.scopes.as_ref().is_some_and(|scopes| scopes.contains("openid")) {
        return Ok(());
    }
    Err(OAuthError::new(ErrorCode::InvalidScope, "scope must contain openid"))
}
