//! No parameter of a logout comes twice.

use crate::auth::endpoint::end_session::{Leaving, LogoutStage};
use crate::auth::error::{ErrorCode, OAuthError};
use crate::auth::step::{Kind, Step};

pub(crate) const STEP: Step<LogoutStage> = Step {
    slug: "logout-parameters",
    kind: Kind::Rule,
    source: "RFC 6749 3.1",
    errors: &[ErrorCode::InvalidRequest],
    run,
};

fn run(leaving: &mut Leaving<'_>) -> Result<(), OAuthError> {
    leaving.parameters.refuse_duplicates().map_err(|why| OAuthError::new(ErrorCode::InvalidRequest, why.to_string()))
}
