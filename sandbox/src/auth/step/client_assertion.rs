//! The client's signed assertion passes the steps of its own table.

use std::sync::Arc;

use crate::auth::assertion::Assertion;
use crate::auth::client_auth::Credentials;
use crate::auth::endpoint::back_channel::{BackChannel, BackStage};
use crate::auth::error::{ErrorCode, OAuthError};
use crate::auth::step::{self, Kind, Step};

pub(crate) const STEP: Step<BackStage> = Step {
    slug: "client-assertion",
    kind: Kind::Reads,
    source: "RFC 7523 3",
    errors: &[ErrorCode::InvalidClient],
    run,
};

fn run(back: &mut BackChannel<'_>) -> Result<(), OAuthError> {
    let Credentials::Assertion { jwt, .. } = back.credentials() else { return Ok(()) };
    let mut assertion = Assertion::new(back.bank, back.call, Arc::clone(back.client()), jwt.clone());
    step::run(step::ASSERTION, &mut assertion)
}
