//! A consent named in the request is this client's own, undecided, and covers what is asked for.

use bank_fixtures::record::ConsentStatus;

use crate::auth::endpoint::authorize::{FrontChannel, FrontStage};
use crate::auth::error::{ErrorCode, OAuthError};
use crate::auth::scope::ScopeSet;
use crate::auth::step::{Kind, Step};
use crate::bank::scope_name;

pub(crate) const STEP: Step<FrontStage> = Step {
    slug: "awaiting-consent",
    kind: Kind::Reads,
    source: "house: docs/generic-api.md, Access; UK Open Banking security profile 5.3",
    errors: &[ErrorCode::InvalidRequest, ErrorCode::InvalidScope],
    run,
};

fn run(front: &mut FrontChannel<'_>) -> Result<(), OAuthError> {
    let named = front.parameters.get("consent_id").or(front.requested.intent.as_deref());
    let Some(id) = named.or(front.details.consent_id.as_deref()) else { return Ok(()) };
    let refuse = |code, description| Err(OAuthError::new(code, description));
    let view = front.bank.ledger.consent(id, front.call.now);
    let Some(view) = view.filter(|view| view.client_id == front.client().client_id) else {
        return refuse(ErrorCode::InvalidRequest, "the request names no consent of this client");
    };
    if view.consent.status != ConsentStatus::Awaiting {
        return refuse(ErrorCode::InvalidRequest, "the consent is not waiting for a decision: make a new one");
    }
    let covered: Vec<&str> = view.consent.scopes.iter().map(|scope| scope_name(*scope)).collect();
    if front.scopes.is_empty() {
        front.scopes = ScopeSet::from_words(&covered).unwrap_or_default();
    }
    if front.scopes.covers().iter().any(|scope| !view.consent.scopes.contains(scope)) {
        return refuse(ErrorCode::InvalidScope, "the consent does not cover all of scope");
    }
    front.consent = Some(view.consent);
    Ok(())
}
