//! What exactly the client asks for. It adds to the scopes.

use crate::auth::details::{BadDetails, Details};
use crate::auth::endpoint::authorize::{FrontChannel, FrontStage};
use crate::auth::error::{ErrorCode, OAuthError};
use crate::auth::scope::ScopeSet;
use crate::auth::step::{Kind, Step};

pub(crate) const STEP: Step<FrontStage> = Step {
    slug: "authorization-details",
    kind: Kind::Reads,
    source: "RFC 9396 2, 5",
    errors: &[ErrorCode::InvalidAuthorizationDetails],
    run,
};

fn run(front: &mut FrontChannel<'_>) -> Result<(), OAuthError> {
    let Some(text) = front.parameters.get("authorization_details") else { return Ok(()) };
    let refuse = |why: BadDetails| OAuthError::new(ErrorCode::InvalidAuthorizationDetails, why.to_string());
    let details = Details::read(text).map_err(refuse)?;
    let words = front.scopes.words().iter().map(String::as_str).chain(details.scopes.iter().copied());
    front.scopes = ScopeSet::from_words(words).unwrap_or_default();
    front.details = details;
    Ok(())
}
