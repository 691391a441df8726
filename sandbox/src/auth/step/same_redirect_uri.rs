//! The client names the redirect URI the code was sent to.

use crate::auth::endpoint::back_channel::{BackChannel, BackStage};
use crate::auth::error::{ErrorCode, OAuthError};
use crate::auth::step::{Kind, Step};

pub(crate) const STEP: Step<BackStage> = Step {
    slug: "same-redirect-uri",
    kind: Kind::Rule,
    source: "RFC 6749 4.1.3",
    errors: &[ErrorCode::InvalidGrant],
    run,
};

fn run(back: &mut BackChannel<'_>) -> Result<(), OAuthError> {
    let code = back.code();
    let same = match back.form.get("redirect_uri") {
        Some(sent) => sent == code.redirect_uri,
        None => !code.redirect_uri_was_sent,
    };
    if same {
        return Ok(());
    }
    let description = "redirect_uri must be the one of the authorization request";
    Err(OAuthError::new(ErrorCode::InvalidGrant, description))
}
