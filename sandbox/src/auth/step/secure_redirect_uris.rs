//! Redirect URIs that are registered are `https`.

use crate::auth::endpoint::register::{RegisterStage, Registering};
use crate::auth::error::{ErrorCode, OAuthError};
use crate::auth::step::{Kind, Step};

pub(crate) const STEP: Step<RegisterStage> = Step {
    slug: "secure-redirect-uris",
    kind: Kind::Rule,
    source: "FAPI 1.0 part 1 5.2.2, FAPI 2.0 5.3.2.2",
    errors: &[ErrorCode::InvalidRedirectUri],
    run,
};

fn run(registering: &mut Registering<'_>) -> Result<(), OAuthError> {
    match registering.redirect_uris.iter().find(|uri| !uri.starts_with("https://")) {
        None => Ok(()),
        Some(uri) => {
            Err(OAuthError::new(ErrorCode::InvalidRedirectUri, format!("redirect URI {uri} must begin with https://")))
        }
    }
}
