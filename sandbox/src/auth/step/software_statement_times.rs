//! The statement is in force.

use crate::auth::endpoint::register::{RegisterStage, Registering};
use crate::auth::error::{ErrorCode, OAuthError};
use crate::auth::step::{Kind, Step};

pub(crate) const STEP: Step<RegisterStage> = Step {
    slug: "software-statement-times",
    kind: Kind::Rule,
    source: "RFC 7519 4.1.4, 4.1.6",
    errors: &[ErrorCode::InvalidSoftwareStatement],
    run,
};

/// Seconds by which a directory's clock may be ahead.
const SKEW: i64 = 60;

fn run(registering: &mut Registering<'_>) -> Result<(), OAuthError> {
    let Some((claims, _)) = &registering.statement else { return Ok(()) };
    let now = registering.call.now.as_second();
    let second = |claim: &str| claims.get(claim).and_then(serde_json::Value::as_i64);
    let refuse = |why| Err(OAuthError::new(ErrorCode::InvalidSoftwareStatement, why));
    match (second("iat"), second("exp")) {
        (None, _) => refuse("the software statement does not say when it was issued"),
        (Some(iat), _) if iat > now + SKEW => refuse("the software statement is of the future"),
        (_, Some(exp)) if exp <= now => refuse("the software statement has expired"),
        _ => Ok(()),
    }
}
