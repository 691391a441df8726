//! A refresh may narrow the scope, never widen it.

use crate::auth::endpoint::back_channel::{BackChannel, BackStage};
use crate::auth::error::{ErrorCode, OAuthError};
use crate::auth::scope::{ScopeSet, UnknownScope};
use crate::auth::step::{Kind, Step};

pub(crate) const STEP: Step<BackStage> =
    Step { slug: "narrower-scope", kind: Kind::Reads, source: "RFC 6749 6", errors: &[ErrorCode::InvalidScope], run };

fn run(back: &mut BackChannel<'_>) -> Result<(), OAuthError> {
    let Some(asked) = back.form.get("scope") else { return Ok(()) };
    let unknown = |why: UnknownScope| OAuthError::new(ErrorCode::InvalidScope, why.to_string());
    let asked = ScopeSet::parse(asked).map_err(unknown)?;
    if asked.is_empty() || !asked.is_subset_of(&back.refresh().family.grant.scopes) {
        return Err(OAuthError::new(ErrorCode::InvalidScope, "scope must be part of what was granted"));
    }
    back.scopes = Some(asked);
    Ok(())
}
