//! Whoever registers shows a certificate that a trusted authority vouches for.

use axum::http::StatusCode;

use crate::auth::endpoint::register::{RegisterStage, Registering};
use crate::auth::error::{ErrorCode, OAuthError};
use crate::auth::step::{Kind, Step};
use crate::clock;

pub(crate) const STEP: Step<RegisterStage> = Step {
    slug: "registration-certificate",
    kind: Kind::Rule,
    source: "UK Open Banking DCR 3.3, RFC 8705 2.1",
    errors: &[ErrorCode::InvalidClient],
    run,
};

fn run(registering: &mut Registering<'_>) -> Result<(), OAuthError> {
    let shown = registering.call.request.certificate.as_ref();
    if shown.is_some_and(|shown| shown.is_trusted(clock::wall())) {
        return Ok(());
    }
    let why = "register over mutual TLS with a certificate in force of an authority the bank trusts";
    Err(OAuthError::new(ErrorCode::InvalidClient, why).status(StatusCode::UNAUTHORIZED))
}
