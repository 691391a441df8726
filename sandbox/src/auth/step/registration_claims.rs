//! A signed registration says whom it is from and for, and when it was made.

use serde_json::Value;

use crate::auth::endpoint::register::{RegisterStage, Registering, bad_metadata};
use crate::auth::error::{ErrorCode, OAuthError};
use crate::auth::security::Variant;
use crate::auth::step::{Kind, Step};

pub(crate) const STEP: Step<RegisterStage> = Step {
    slug: "registration-claims",
    kind: Kind::Rule,
    source: "UK Open Banking DCR 3.3",
    errors: &[ErrorCode::InvalidClientMetadata],
    run,
};

/// Seconds a registration may be old, and its clock ahead.
const MAX_AGE: i64 = 30 * 60;
const SKEW: i64 = 60;

fn run(registering: &mut Registering<'_>) -> Result<(), OAuthError> {
    if registering.bank.auth.settings.security.variant != Variant::UkOpenBanking {
        return Ok(());
    }
    let (asked, now) = (&registering.asked, registering.call.now.as_second());
    let second = |claim: &str| asked.get(claim).and_then(Value::as_i64);
    let from_software = asked.get("iss").is_some() && asked.get("iss") == registering.stated("software_id");
    let issuer = registering.call.request.base_url.as_str();
    let for_us = match asked.get("aud") {
        Some(Value::String(one)) => one == issuer,
        Some(Value::Array(many)) => many.iter().any(|one| one == issuer),
        _ => false,
    };
    if !from_software {
        return Err(bad_metadata("iss of the registration must be the software_id of the statement"));
    }
    if !for_us {
        return Err(bad_metadata("aud of the registration must be the issuer"));
    }
    if !second("iat").is_some_and(|iat| (now - MAX_AGE..=now + SKEW).contains(&iat)) {
        return Err(bad_metadata("iat of the registration must be of the last half hour"));
    }
    if second("exp").is_none_or(|exp| exp <= now) {
        return Err(bad_metadata("exp of the registration must be in the future"));
    }
    if !asked.get("jti").is_some_and(Value::is_string) {
        return Err(bad_metadata("jti of the registration is missing"));
    }
    Ok(())
}
