//! In the UK the request names the consent it is about.

use crate::auth::endpoint::authorize::{FrontChannel, FrontStage};
use crate::auth::error::{ErrorCode, OAuthError};
use crate::auth::security::Variant;
use crate::auth::step::{Kind, Step};

pub(crate) const STEP: Step<FrontStage> = Step {
    slug: "intent-named",
    kind: Kind::Rule,
    source: "UK Open Banking security profile 5.3",
    errors: &[ErrorCode::InvalidRequest],
    run,
};

fn run(front: &mut FrontChannel<'_>) -> Result<(), OAuthError> {
    let needed = front.security().variant == Variant::UkOpenBanking
        && (front.scopes.needs_accounts() || front.scopes.contains("fundsconfirmations"));
    if !needed || front.requested.intent.is_some() {
        return Ok(());
    }
    let description = "claims.id_token.openbanking_intent_id.value is missing: name the consent the request is about";
    Err(OAuthError::new(ErrorCode::InvalidRequest, description))
}
