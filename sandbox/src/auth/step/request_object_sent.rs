//! The client signs what it asks for.

use crate::auth::endpoint::authorize::{FrontChannel, FrontStage};
use crate::auth::error::{ErrorCode, OAuthError};
use crate::auth::step::{Kind, Step};

pub(crate) const STEP: Step<FrontStage> = Step {
    slug: "request-object-sent",
    kind: Kind::Rule,
    source: "FAPI 1.0 part 2 5.2.2 (1), FAPI 2.0 message signing 5.3.1",
    errors: &[ErrorCode::InvalidRequest],
    run,
};

fn run(front: &mut FrontChannel<'_>) -> Result<(), OAuthError> {
    if front.object.is_some() || front.pushed.as_ref().is_some_and(|(_, pushed)| pushed.signed) {
        return Ok(());
    }
    Err(OAuthError::new(ErrorCode::InvalidRequest, "send the parameters in a signed request object: request=JWT"))
}
