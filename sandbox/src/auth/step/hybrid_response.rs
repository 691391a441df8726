//! The client can tell a code that was slipped in from its own: an id_token or a signed answer comes with it.

use std::collections::BTreeSet;

use crate::auth::endpoint::authorize::{FrontChannel, FrontStage};
use crate::auth::error::{ErrorCode, OAuthError};
use crate::auth::step::{Kind, Step};

pub(crate) const STEP: Step<FrontStage> = Step {
    slug: "hybrid-response",
    kind: Kind::Rule,
    source: "FAPI 1.0 part 2 5.2.2 (2)",
    errors: &[ErrorCode::InvalidRequest, ErrorCode::UnsupportedResponseType],
    run,
};

fn run(front: &mut FrontChannel<'_>) -> Result<(), OAuthError> {
    let signed = front.parameters.get("response_mode").is_some_and(|mode| mode == "jwt" || mode.ends_with(".jwt"));
    let refuse = |code, why| Err(OAuthError::new(code, why));
    match front.parameters.get("response_type").map(|words| words.split(' ').collect::<BTreeSet<_>>()) {
        None => refuse(ErrorCode::InvalidRequest, "response_type is missing: send code id_token"),
        Some(words) if words == BTreeSet::from(["code", "id_token"]) => Ok(()),
        Some(words) if words == BTreeSet::from(["code"]) && signed => Ok(()),
        Some(_) => refuse(
            ErrorCode::UnsupportedResponseType,
            "response_type must be code id_token, or code with response_mode jwt",
        ),
    }
}
