//! A client exchanges only what it is registered for.

use crate::auth::client::{Client, GrantType};
use crate::auth::endpoint::authorize::{FrontChannel, FrontStage};
use crate::auth::endpoint::back_channel::{BackChannel, BackStage};
use crate::auth::error::{ErrorCode, OAuthError};
use crate::auth::step::{Kind, Step};

pub(crate) const FRONT: Step<FrontStage> = Step {
    slug: "allowed-grant",
    kind: Kind::Rule,
    source: "RFC 6749 4.1.2.1",
    errors: &[ErrorCode::UnauthorizedClient],
    run: front,
};

pub(crate) const BACK: Step<BackStage> = Step {
    slug: "allowed-grant",
    kind: Kind::Rule,
    source: "RFC 6749 5.2",
    errors: &[ErrorCode::UnauthorizedClient],
    run: back,
};

fn front(front: &mut FrontChannel<'_>) -> Result<(), OAuthError> {
    check(front.client(), GrantType::AuthorizationCode)
}

fn back(back: &mut BackChannel<'_>) -> Result<(), OAuthError> {
    check(back.client(), back.grant_type())
}

fn check(client: &Client, grant: GrantType) -> Result<(), OAuthError> {
    if client.grants.contains(&grant) {
        return Ok(());
    }
    Err(OAuthError::new(ErrorCode::UnauthorizedClient, "the client is not registered for this grant type"))
}
