//! The client's keys are those the directory knows, not some of its own choice.

use crate::auth::endpoint::register::{RegisterStage, Registering, bad_metadata};
use crate::auth::error::{ErrorCode, OAuthError};
use crate::auth::security::Variant;
use crate::auth::step::{Kind, Step};

pub(crate) const STEP: Step<RegisterStage> = Step {
    slug: "stated-keys",
    kind: Kind::Rule,
    source: "UK Open Banking DCR 3.3",
    errors: &[ErrorCode::InvalidClientMetadata],
    run,
};

fn run(registering: &mut Registering<'_>) -> Result<(), OAuthError> {
    let uk = registering.bank.auth.settings.security.variant == Variant::UkOpenBanking;
    if uk && registering.asked.contains_key("jwks") {
        return Err(bad_metadata("jwks by value is not taken here: the software statement has the keys"));
    }
    Ok(())
}
