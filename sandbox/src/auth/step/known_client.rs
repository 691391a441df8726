//! The client is registered; a browser is never sent anywhere for one that is not.

use crate::auth::endpoint::authorize::{FrontChannel, FrontStage};
use crate::auth::error::{ErrorCode, OAuthError};
use crate::auth::step::{Kind, Step};

pub(crate) const STEP: Step<FrontStage> = Step {
    slug: "known-client",
    kind: Kind::Reads,
    source: "RFC 6749 4.1.2.1",
    errors: &[ErrorCode::InvalidRequest],
    run,
};

fn run(front: &mut FrontChannel<'_>) -> Result<(), OAuthError> {
    let id = front.parameters.get("client_id");
    let id = id.ok_or_else(|| OAuthError::new(ErrorCode::InvalidRequest, "client_id is missing"))?;
    let client = front.bank.auth.clients.find(id);
    let unknown = || OAuthError::new(ErrorCode::InvalidRequest, "client_id names no registered client");
    front.client = Some(client.ok_or_else(unknown)?);
    Ok(())
}
