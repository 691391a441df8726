//! The certificate is of the organisation the directory speaks of.

use axum::http::StatusCode;

use crate::auth::endpoint::register::{RegisterStage, Registering};
use crate::auth::error::{ErrorCode, OAuthError};
use crate::auth::step::{Kind, Step};

pub(crate) const STEP: Step<RegisterStage> = Step {
    slug: "registration-organisation",
    kind: Kind::Rule,
    source: "UK Open Banking DCR 3.3, ETSI TS 119 495 5.2.1",
    errors: &[ErrorCode::InvalidClient],
    run,
};

fn run(registering: &mut Registering<'_>) -> Result<(), OAuthError> {
    let Some(shown) = &registering.call.request.certificate else { return Ok(()) };
    let Some(stated) = registering.stated("org_id").and_then(|id| id.as_str()) else { return Ok(()) };
    if shown.organisation_id() == Some(stated) {
        return Ok(());
    }
    let why = "the certificate is not of the organisation in the software statement";
    Err(OAuthError::new(ErrorCode::InvalidClient, why).status(StatusCode::UNAUTHORIZED))
}
