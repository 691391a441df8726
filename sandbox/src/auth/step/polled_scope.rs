//! What is asked for away from the browser is what the bank offers.

use crate::auth::endpoint::back_channel::{BackChannel, BackStage};
use crate::auth::error::{ErrorCode, OAuthError};
use crate::auth::scope::ScopeSet;
use crate::auth::step::{Kind, Step};

pub(crate) const STEP: Step<BackStage> = Step {
    slug: "polled-scope",
    kind: Kind::Reads,
    source: "RFC 8628 3.1, OpenID CIBA 7.1",
    errors: &[ErrorCode::InvalidScope],
    run,
};

fn run(back: &mut BackChannel<'_>) -> Result<(), OAuthError> {
    let refuse = |why: String| OAuthError::new(ErrorCode::InvalidScope, why);
    let text = back.form.get("scope").ok_or_else(|| refuse("scope is missing".to_owned()))?;
    back.scopes = Some(ScopeSet::parse(text).map_err(|why| refuse(why.to_string()))?);
    Ok(())
}
