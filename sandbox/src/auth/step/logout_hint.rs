//! The id_token that proves who asks for a logout is one of ours, expired or not, and of the client that is named.

use serde_json::Value;

use crate::auth::endpoint::end_session::{Leaving, LogoutStage};
use crate::auth::error::{ErrorCode, OAuthError};
use crate::auth::step::{Kind, Step};

pub(crate) const STEP: Step<LogoutStage> = Step {
    slug: "logout-hint",
    kind: Kind::Reads,
    source: "OpenID Connect RP-Initiated Logout 1.0, 2",
    errors: &[ErrorCode::InvalidRequest],
    run,
};

fn run(leaving: &mut Leaving<'_>) -> Result<(), OAuthError> {
    let refuse = |why| OAuthError::new(ErrorCode::InvalidRequest, why);
    let Some(hint) = leaving.parameters.get("id_token_hint") else { return Ok(()) };
    let claims = leaving
        .bank
        .auth
        .own_claims(hint)
        .filter(|claims| claims.get("iss").and_then(Value::as_str) == Some(leaving.call.request.base_url.as_str()));
    let claims = claims.ok_or_else(|| refuse("id_token_hint is not an id_token of this bank"))?;
    let audience = claims.get("aud").and_then(Value::as_str).map(str::to_owned);
    if let Some(named) = leaving.parameters.get("client_id")
        && audience.as_deref() != Some(named)
    {
        return Err(refuse("client_id is not the client of id_token_hint"));
    }
    leaving.client_id = audience;
    Ok(())
}
