//! Redirect URIs are among those the directory knows.

use serde_json::Value;

use crate::auth::endpoint::register::{RegisterStage, Registering};
use crate::auth::error::{ErrorCode, OAuthError};
use crate::auth::step::{Kind, Step};

pub(crate) const STEP: Step<RegisterStage> = Step {
    slug: "stated-redirect-uris",
    kind: Kind::Rule,
    source: "RFC 7591 2.3, UK Open Banking DCR 3.3",
    errors: &[ErrorCode::InvalidRedirectUri],
    run,
};

fn run(registering: &mut Registering<'_>) -> Result<(), OAuthError> {
    let Some(stated) = registering.stated("software_redirect_uris").and_then(Value::as_array) else { return Ok(()) };
    match registering.redirect_uris.iter().find(|uri| !stated.iter().any(|known| known == uri.as_str())) {
        None => Ok(()),
        Some(uri) => {
            let why = format!("redirect URI {uri} is not in the software statement");
            Err(OAuthError::new(ErrorCode::InvalidRedirectUri, why))
        }
    }
}
