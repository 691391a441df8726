//! The client can tell the answer to this request from any other: by a nonce, or by a state where there is no id_token.

use crate::auth::endpoint::authorize::{FrontChannel, FrontStage};
use crate::auth::error::{ErrorCode, OAuthError};
use crate::auth::step::{Kind, Step};

pub(crate) const STEP: Step<FrontStage> = Step {
    slug: "nonce-sent",
    kind: Kind::Rule,
    source: "FAPI 1.0 part 1 5.2.2.2, 5.2.2.3",
    errors: &[ErrorCode::InvalidRequest],
    run,
};

fn run(front: &mut FrontChannel<'_>) -> Result<(), OAuthError> {
    let needed = if front.scopes.contains("openid") { "nonce" } else { "state" };
    match front.parameters.get(needed) {
        Some(_) => Ok(()),
        None => Err(OAuthError::new(ErrorCode::InvalidRequest, format!("{needed} is missing"))),
    }
}
