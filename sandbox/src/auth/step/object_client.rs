//! The request object is of the client that sends it.

use crate::auth::endpoint::authorize::{FrontChannel, FrontStage};
use crate::auth::error::{ErrorCode, OAuthError};
use crate::auth::step::{Kind, Step};

pub(crate) const STEP: Step<FrontStage> = Step {
    slug: "object-client",
    kind: Kind::Rule,
    source: "RFC 9101 5, 6.3",
    errors: &[ErrorCode::InvalidRequestObject],
    run,
};

fn run(front: &mut FrontChannel<'_>) -> Result<(), OAuthError> {
    let Some(object) = &front.object else { return Ok(()) };
    let id = front.client().client_id.as_str();
    let own = |claim: &str, needed: bool| object.claim(claim).map_or(!needed, |named| named == id);
    if own("client_id", front.security().is_fapi()) && own("iss", false) {
        return Ok(());
    }
    let description = "client_id, and iss if it is there, of the request object must be the client_id of the request";
    Err(OAuthError::new(ErrorCode::InvalidRequestObject, description))
}
