//! The client asks for scopes the bank offers; one that names a consent may leave them to it.

use crate::auth::endpoint::authorize::{FrontChannel, FrontStage};
use crate::auth::error::{ErrorCode, OAuthError};
use crate::auth::scope::{ScopeSet, UnknownScope};
use crate::auth::step::{Kind, Step};

pub(crate) const STEP: Step<FrontStage> =
    Step { slug: "offered-scope", kind: Kind::Reads, source: "RFC 6749 3.3", errors: &[ErrorCode::InvalidScope], run };

fn run(front: &mut FrontChannel<'_>) -> Result<(), OAuthError> {
    let refuse = |why: UnknownScope| OAuthError::new(ErrorCode::InvalidScope, why.to_string());
    front.scopes = ScopeSet::parse(front.parameters.get("scope").unwrap_or_default()).map_err(refuse)?;
    if !front.scopes.is_offered_at(front.bank.dialect.slug()) {
        return Err(refuse(UnknownScope));
    }
    if front.scopes.is_empty()
        && ["consent_id", "authorization_details"].iter().all(|name| front.parameters.get(name).is_none())
    {
        return Err(refuse(UnknownScope));
    }
    Ok(())
}
