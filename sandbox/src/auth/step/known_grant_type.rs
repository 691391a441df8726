//! The grant type is one the bank knows: no password, no implicit.

use crate::auth::client::GrantType;
use crate::auth::endpoint::back_channel::{BackChannel, BackStage};
use crate::auth::error::{ErrorCode, OAuthError};
use crate::auth::step::{Kind, Step};

pub(crate) const STEP: Step<BackStage> = Step {
    slug: "known-grant-type",
    kind: Kind::Reads,
    source: "RFC 6749 5.2, RFC 9700 2.4",
    errors: &[ErrorCode::InvalidRequest, ErrorCode::UnsupportedGrantType],
    run,
};

fn run(back: &mut BackChannel<'_>) -> Result<(), OAuthError> {
    let offered = back.bank.auth.settings.security.terms().grants;
    let legal = offered.iter().map(|grant| grant.name()).collect::<Vec<_>>().join(", ");
    let refuse = |code, what: &str| OAuthError::new(code, format!("grant_type {what}: send one of {legal}"));
    let name = back.form.get("grant_type").ok_or_else(|| refuse(ErrorCode::InvalidRequest, "is missing"))?;
    let grant = GrantType::named(name).filter(|grant| offered.contains(grant));
    back.grant_type = Some(grant.ok_or_else(|| refuse(ErrorCode::UnsupportedGrantType, "is not supported"))?);
    Ok(())
}
