//! The call carries the registration access token of this very client, the newest.

use crate::auth::endpoint::register::{ManageStage, Managing, bearer, unknown_registration};
use crate::auth::error::{ErrorCode, OAuthError};
use crate::auth::step::{Kind, Step};

pub(crate) const STEP: Step<ManageStage> = Step {
    slug: "registration-token",
    kind: Kind::Reads,
    source: "RFC 7592 2",
    errors: &[ErrorCode::InvalidToken],
    run,
};

fn run(managing: &mut Managing<'_>) -> Result<(), OAuthError> {
    let registrations = &managing.bank.auth.registrations;
    let opened =
        bearer(managing.call).and_then(|token| registrations.opened_by(managing.call.param("client_id"), token));
    managing.registration = Some(opened.ok_or_else(unknown_registration)?);
    Ok(())
}
