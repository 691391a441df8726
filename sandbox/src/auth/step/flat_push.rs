//! What is pushed is a request, not a reference to one.

use crate::auth::endpoint::back_channel::{BackChannel, BackStage};
use crate::auth::error::{ErrorCode, OAuthError};
use crate::auth::step::{Kind, Step};

pub(crate) const STEP: Step<BackStage> =
    Step { slug: "flat-push", kind: Kind::Rule, source: "RFC 9126 2.1 (2)", errors: &[ErrorCode::InvalidRequest], run };

fn run(back: &mut BackChannel<'_>) -> Result<(), OAuthError> {
    match back.form.get("request_uri") {
        None => Ok(()),
        Some(_) => {
            Err(OAuthError::new(ErrorCode::InvalidRequest, "request_uri cannot be pushed: send the request itself"))
        }
    }
}
