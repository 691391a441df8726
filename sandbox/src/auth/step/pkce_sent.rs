//! Every code is bound to the instance of the client that asked for it.

use crate::auth::endpoint::authorize::{FrontChannel, FrontStage};
use crate::auth::error::{ErrorCode, OAuthError};
use crate::auth::step::{Kind, Step};

pub(crate) const STEP: Step<FrontStage> =
    Step { slug: "pkce-sent", kind: Kind::Rule, source: "RFC 9700 2.1.1", errors: &[ErrorCode::InvalidRequest], run };

/// FAPI 1 asks for it only of pushed requests, which come without a signature over the browser's part.
pub(crate) const PUSHED: Step<FrontStage> = Step {
    slug: "pkce-sent",
    kind: Kind::Rule,
    source: "FAPI 1.0 part 2 5.2.2 (18)",
    errors: &[ErrorCode::InvalidRequest],
    run: if_pushed,
};

fn if_pushed(front: &mut FrontChannel<'_>) -> Result<(), OAuthError> {
    if front.pushed.is_some() || front.is_pushed_now() { run(front) } else { Ok(()) }
}

fn run(front: &mut FrontChannel<'_>) -> Result<(), OAuthError> {
    if front.parameters.get("code_challenge").is_some() {
        return Ok(());
    }
    let description = "code_challenge is missing: send a PKCE challenge with code_challenge_method S256";
    Err(OAuthError::new(ErrorCode::InvalidRequest, description))
}
