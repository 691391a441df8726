//! The account holder has agreed.

use crate::auth::approval::Standing;
use crate::auth::endpoint::back_channel::{BackChannel, BackStage};
use crate::auth::error::{ErrorCode, OAuthError};
use crate::auth::step::{Kind, Step};

pub(crate) const STEP: Step<BackStage> = Step {
    slug: "decided-request",
    kind: Kind::Reads,
    source: "RFC 8628 3.5, OpenID CIBA 11",
    errors: &[
        ErrorCode::AuthorizationPending,
        ErrorCode::AccessDenied,
        ErrorCode::ExpiredToken,
        ErrorCode::InvalidGrant,
    ],
    run,
};

fn run(back: &mut BackChannel<'_>) -> Result<(), OAuthError> {
    let refuse = |code, why| Err(OAuthError::new(code, why).status(axum::http::StatusCode::BAD_REQUEST));
    let approval = back.polled.as_ref().map(|polled| polled.approval.clone()).unwrap_or_default();
    match back.bank.auth.approvals.standing(&approval, back.call.now) {
        Some(Standing::Approved(given)) => {
            back.given = Some(given);
            Ok(())
        }
        Some(Standing::Waiting) => refuse(ErrorCode::AuthorizationPending, "the account holder has not decided yet"),
        Some(Standing::Denied) => refuse(ErrorCode::AccessDenied, "the account holder said no"),
        Some(Standing::Expired) => refuse(ErrorCode::ExpiredToken, "nobody decided in time"),
        None => refuse(ErrorCode::InvalidGrant, "the request is unknown"),
    }
}
