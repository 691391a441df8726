//! The reference was given to the client that sends the browser with it.

use crate::auth::endpoint::authorize::{FrontChannel, FrontStage};
use crate::auth::error::{ErrorCode, OAuthError};
use crate::auth::step::{Kind, Step};

pub(crate) const STEP: Step<FrontStage> = Step {
    slug: "pushed-request-of-client",
    kind: Kind::Rule,
    source: "RFC 9126 4",
    errors: &[ErrorCode::InvalidRequestUri],
    run,
};

fn run(front: &mut FrontChannel<'_>) -> Result<(), OAuthError> {
    let own = |client_id: &str| client_id == front.client().client_id;
    match &front.pushed {
        // The words for an unknown one: whose it is, is nobody else's business.
        Some((_, pushed)) if !own(&pushed.client_id) => {
            Err(OAuthError::new(ErrorCode::InvalidRequestUri, "request_uri is unknown: push the request again"))
        }
        _ => Ok(()),
    }
}
