//! How the answer travels. Of what the profile offers, never in the query if it holds more than a code.

use crate::auth::endpoint::authorize::{FrontChannel, FrontStage};
use crate::auth::error::{ErrorCode, OAuthError};
use crate::auth::response_mode::{Carrier, ResponseMode};
use crate::auth::step::{Kind, Step};

pub(crate) const STEP: Step<FrontStage> = Step {
    slug: "response-mode",
    kind: Kind::Reads,
    source: "OAuth 2.0 Multiple Response Types 2.1, Form Post Response Mode, JARM 2.3",
    errors: &[ErrorCode::InvalidRequest],
    run,
};

fn run(front: &mut FrontChannel<'_>) -> Result<(), OAuthError> {
    let kind = front.parameters.get("response_type").unwrap_or("code");
    front.mode = ResponseMode::default_of(kind);
    let Some(asked) = front.parameters.get("response_mode") else { return Ok(()) };
    let legal = front.security().terms().response_modes;
    let mode = ResponseMode::named(asked, kind).filter(|_| legal.contains(&asked));
    let Some(mode) = mode else {
        let legal = legal.join(", ");
        return Err(OAuthError::new(ErrorCode::InvalidRequest, format!("response_mode must be one of {legal}")));
    };
    if mode.carrier == Carrier::Query && kind.contains("id_token") {
        return Err(OAuthError::new(ErrorCode::InvalidRequest, "an id_token never goes into a query"));
    }
    front.mode = mode;
    Ok(())
}
