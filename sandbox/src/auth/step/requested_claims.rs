//! What the client wants to hear about the login, and how certain it wants to be.

use crate::auth::endpoint::authorize::{FrontChannel, FrontStage};
use crate::auth::error::{ErrorCode, OAuthError};
use crate::auth::requested::Requested;
use crate::auth::step::{Kind, Step};

pub(crate) const STEP: Step<FrontStage> = Step {
    slug: "requested-claims",
    kind: Kind::Reads,
    source: "OpenID Connect Core 5.5",
    errors: &[ErrorCode::InvalidRequest],
    run,
};

fn run(front: &mut FrontChannel<'_>) -> Result<(), OAuthError> {
    let (claims, levels) = (front.parameters.get("claims"), front.parameters.get("acr_values"));
    let requested = Requested::read(claims, levels);
    front.requested = requested.map_err(|why| OAuthError::new(ErrorCode::InvalidRequest, why.to_string()))?;
    Ok(())
}
