//! A token that is bound to a certificate comes over a connection that showed it.

use crate::auth::bearer::{ResourceStage, Shown};
use crate::auth::error::{ErrorCode, OAuthError};
use crate::auth::grant::Binding;
use crate::auth::step::{Kind, Step};

pub(crate) const STEP: Step<ResourceStage> =
    Step { slug: "bound-certificate", kind: Kind::Rule, source: "RFC 8705 3", errors: &[ErrorCode::InvalidToken], run };

fn run(shown: &mut Shown<'_>) -> Result<(), OAuthError> {
    let Some(Binding::Certificate(bound)) = shown.binding else { return Ok(()) };
    if shown.request.certificate.as_ref().is_some_and(|certificate| certificate.thumbprint() == *bound) {
        return Ok(());
    }
    let description = "the access token is bound to a certificate that this connection does not show";
    Err(OAuthError::new(ErrorCode::InvalidToken, description))
}
