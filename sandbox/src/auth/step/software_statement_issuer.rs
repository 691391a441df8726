//! The statement is of a directory the bank trusts.

use crate::auth::directory::DIRECTORY;
use crate::auth::endpoint::register::{RegisterStage, Registering};
use crate::auth::error::{ErrorCode, OAuthError};
use crate::auth::step::{Kind, Step};

pub(crate) const STEP: Step<RegisterStage> = Step {
    slug: "software-statement-issuer",
    kind: Kind::Rule,
    source: "RFC 7591 3.2.2",
    errors: &[ErrorCode::UnapprovedSoftwareStatement],
    run,
};

fn run(registering: &mut Registering<'_>) -> Result<(), OAuthError> {
    let Some((claims, _)) = &registering.statement else { return Ok(()) };
    if claims.get("iss").and_then(|issuer| issuer.as_str()) == Some(DIRECTORY) {
        return Ok(());
    }
    let why = format!("this bank takes software statements of {DIRECTORY} only");
    Err(OAuthError::new(ErrorCode::UnapprovedSoftwareStatement, why))
}
