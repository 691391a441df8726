//! The registration is a JWT, signed with a key the directory knows for the software.

use crate::auth::directory;
use crate::auth::endpoint::register::{RegisterStage, Registering, bad_metadata, keys_of};
use crate::auth::error::{ErrorCode, OAuthError};
use crate::auth::security::Variant;
use crate::auth::step::{Kind, Step};

pub(crate) const STEP: Step<RegisterStage> = Step {
    slug: "registration-signature",
    kind: Kind::Rule,
    source: "UK Open Banking DCR 3.3",
    errors: &[ErrorCode::InvalidClientMetadata],
    run,
};

fn run(registering: &mut Registering<'_>) -> Result<(), OAuthError> {
    if registering.bank.auth.settings.security.variant != Variant::UkOpenBanking {
        return Ok(());
    }
    let Some(jwt) = &registering.jwt else {
        return Err(bad_metadata("this bank takes registrations as a signed JWT in application/jwt"));
    };
    let keys = registering.stated("software_jwks").map(keys_of).unwrap_or_default();
    if directory::verified(jwt, &keys) {
        return Ok(());
    }
    Err(bad_metadata("the registration is not signed with a key of the software statement"))
}
