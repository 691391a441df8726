//! Nothing is fetched from where a request points, and no client registers itself in passing.

use crate::auth::endpoint::authorize::{FrontChannel, FrontStage};
use crate::auth::error::{ErrorCode, OAuthError};
use crate::auth::step::{Kind, Step};

pub(crate) const STEP: Step<FrontStage> = Step {
    slug: "no-remote-request",
    kind: Kind::Rule,
    source: "RFC 9101 10.4, OpenID Connect Core 3.1.2.6",
    errors: &[ErrorCode::RequestUriNotSupported, ErrorCode::RegistrationNotSupported],
    run,
};

fn run(front: &mut FrontChannel<'_>) -> Result<(), OAuthError> {
    let refusals =
        [("request_uri", ErrorCode::RequestUriNotSupported), ("registration", ErrorCode::RegistrationNotSupported)];
    // One that is being pushed was judged there.
    let counts = |name: &str| name != "request_uri" || !front.is_pushed_now();
    match refusals.into_iter().find(|(name, _)| counts(name) && front.parameters.get(name).is_some()) {
        Some((name, code)) => Err(OAuthError::new(code, format!("the parameter {name} is not supported"))),
        None => Ok(()),
    }
}
