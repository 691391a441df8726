//! Keys come with the registration: the bank fetches nothing.

use crate::auth::endpoint::register::{RegisterStage, Registering, bad_metadata};
use crate::auth::error::{ErrorCode, OAuthError};
use crate::auth::step::{Kind, Step};

pub(crate) const STEP: Step<RegisterStage> = Step {
    slug: "no-remote-keys",
    kind: Kind::Rule,
    source: "house: the sandbox makes no requests",
    errors: &[ErrorCode::InvalidClientMetadata],
    run,
};

fn run(registering: &mut Registering<'_>) -> Result<(), OAuthError> {
    match registering.asked.get("jwks_uri") {
        None => Ok(()),
        Some(_) => Err(bad_metadata("jwks_uri is not supported, nothing is fetched: send jwks, or have it stated")),
    }
}
