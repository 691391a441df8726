//! A browser is sent only where the client registered to have it sent after a logout.

use crate::auth::endpoint::end_session::{Leaving, LogoutStage};
use crate::auth::error::{ErrorCode, OAuthError};
use crate::auth::step::{Kind, Step};

pub(crate) const STEP: Step<LogoutStage> = Step {
    slug: "registered-logout-uri",
    kind: Kind::Rule,
    source: "OpenID Connect RP-Initiated Logout 1.0, 3.1",
    errors: &[ErrorCode::InvalidRequest],
    run,
};

fn run(leaving: &mut Leaving<'_>) -> Result<(), OAuthError> {
    let auth = &leaving.bank.auth;
    let Some(target) = leaving.parameters.get("post_logout_redirect_uri") else { return Ok(()) };
    let Some(client) = leaving.client_id.as_deref().and_then(|id| auth.client(id)) else { return Ok(()) };
    let registered = match auth.registrations.texts(&client.client_id, "post_logout_redirect_uris") {
        Some(uris) => uris.iter().any(|uri| uri == target),
        // Who never said where to send browsers after a logout may have them where they came from.
        None => client.redirect_uris.iter().any(|uri| uri.allows(target)),
    };
    if registered {
        return Ok(());
    }
    let why = "post_logout_redirect_uri is not one the client registered";
    Err(OAuthError::new(ErrorCode::InvalidRequest, why))
}
