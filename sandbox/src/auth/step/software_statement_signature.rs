//! The directory signed the statement.

use crate::auth::endpoint::register::{RegisterStage, Registering};
use crate::auth::error::{ErrorCode, OAuthError};
use crate::auth::step::{Kind, Step};

pub(crate) const STEP: Step<RegisterStage> = Step {
    slug: "software-statement-signature",
    kind: Kind::Rule,
    source: "RFC 7591 2.3",
    errors: &[ErrorCode::InvalidSoftwareStatement],
    run,
};

fn run(registering: &mut Registering<'_>) -> Result<(), OAuthError> {
    let Some((_, text)) = &registering.statement else { return Ok(()) };
    if registering.bank.auth.directory.signed(text) {
        return Ok(());
    }
    let why = "the software statement is not signed by the directory's key";
    Err(OAuthError::new(ErrorCode::InvalidSoftwareStatement, why))
}
