//! Parameters come as parameters: this profile reads no request object and fetches none.

use crate::auth::endpoint::authorize::{FrontChannel, FrontStage};
use crate::auth::error::{ErrorCode, OAuthError};
use crate::auth::step::{Kind, Step};

pub(crate) const STEP: Step<FrontStage> = Step {
    slug: "no-request-object",
    kind: Kind::Rule,
    source: "OpenID Connect Core 3.1.2.6",
    errors: &[ErrorCode::RequestNotSupported, ErrorCode::RequestUriNotSupported, ErrorCode::RegistrationNotSupported],
    run,
};

fn run(front: &mut FrontChannel<'_>) -> Result<(), OAuthError> {
    let refusals = [
        ("request", ErrorCode::RequestNotSupported),
        ("request_uri", ErrorCode::RequestUriNotSupported),
        ("registration", ErrorCode::RegistrationNotSupported),
    ];
    match refusals.into_iter().find(|(name, _)| front.parameters.get(name).is_some()) {
        Some((name, code)) => Err(OAuthError::new(code, format!("the parameter {name} is not supported"))),
        None => Ok(()),
    }
}
