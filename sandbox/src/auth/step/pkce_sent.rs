//! Every code is bound to the instance of the client that asked for it.

use crate::auth::endpoint::authorize::{FrontChannel, FrontStage};
use crate::auth::error::{ErrorCode, OAuthError};
use crate::auth::step::{Kind, Step};

pub(crate) const STEP: Step<FrontStage> =
    Step { slug: "pkce-sent", kind: Kind::Rule, source: "RFC 9700 2.1.1", errors: &[ErrorCode::InvalidRequest], run };

fn run(front: &mut FrontChannel<'_>) -> Result<(), OAuthError> {
    if front.parameters.get("code_challenge").is_some() {
        return Ok(());
    }
    let description = "code_challenge is missing: send a PKCE challenge with code_challenge_method S256";
    Err(OAuthError::new(ErrorCode::InvalidRequest, description))
}
