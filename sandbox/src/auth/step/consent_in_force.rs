//! Tokens are given only while the consent behind them holds.

use bank_fixtures::record::ConsentStatus;

use crate::auth::endpoint::back_channel::{BackChannel, BackStage};
use crate::auth::error::{ErrorCode, OAuthError};
use crate::auth::grant::Grant;
use crate::auth::step::{Kind, Step};

pub(crate) const CODE: Step<BackStage> = Step {
    slug: "consent-in-force",
    kind: Kind::Rule,
    source: "RFC 6749 5.2",
    errors: &[ErrorCode::InvalidGrant],
    run: code,
};

pub(crate) const REFRESH: Step<BackStage> = Step {
    slug: "consent-in-force",
    kind: Kind::Rule,
    source: "RFC 6749 5.2",
    errors: &[ErrorCode::InvalidGrant],
    run: refresh,
};

fn code(back: &mut BackChannel<'_>) -> Result<(), OAuthError> {
    // While a second account holder has to agree, the code is good and the token opens nothing yet.
    check(back, &back.code().grant, &[ConsentStatus::Active, ConsentStatus::PartiallyAuthorised])
}

fn refresh(back: &mut BackChannel<'_>) -> Result<(), OAuthError> {
    check(back, &back.refresh().family.grant, &[ConsentStatus::Active])
}

fn check(back: &BackChannel<'_>, grant: &Grant, good: &[ConsentStatus]) -> Result<(), OAuthError> {
    let Some(id) = &grant.consent_id else { return Ok(()) };
    let view = back.bank.ledger.consent(id, back.call.now);
    if view.is_some_and(|view| good.contains(&view.consent.status)) {
        return Ok(());
    }
    let description = "the consent was withdrawn or has expired: ask the account holder for a new one";
    Err(OAuthError::new(ErrorCode::InvalidGrant, description))
}
