//! Somebody vouches for the software: the directory's statement comes with the registration.

use crate::auth::endpoint::register::{RegisterStage, Registering};
use crate::auth::error::{ErrorCode, OAuthError};
use crate::auth::step::{Kind, Step};

pub(crate) const STEP: Step<RegisterStage> = Step {
    slug: "software-statement-sent",
    kind: Kind::Rule,
    source: "RFC 7591 2.3, UK Open Banking DCR 3.3",
    errors: &[ErrorCode::InvalidSoftwareStatement],
    run,
};

fn run(registering: &mut Registering<'_>) -> Result<(), OAuthError> {
    if registering.statement.is_some() {
        return Ok(());
    }
    let why = "software_statement is missing: this bank registers only software a directory vouches for";
    Err(OAuthError::new(ErrorCode::InvalidSoftwareStatement, why))
}
