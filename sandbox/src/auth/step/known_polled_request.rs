//! The client polls with a secret the bank gave out for this grant.

use crate::auth::client::GrantType;
use crate::auth::endpoint::back_channel::{BackChannel, BackStage};
use crate::auth::error::{ErrorCode, OAuthError};
use crate::auth::step::{Kind, Step};

pub(crate) const STEP: Step<BackStage> = Step {
    slug: "known-polled-request",
    kind: Kind::Reads,
    source: "RFC 8628 3.4, OpenID CIBA 10.1",
    errors: &[ErrorCode::InvalidRequest, ErrorCode::InvalidGrant],
    run,
};

fn run(back: &mut BackChannel<'_>) -> Result<(), OAuthError> {
    let grant = back.grant_type();
    let name = if grant == GrantType::DeviceCode { "device_code" } else { "auth_req_id" };
    let missing = || OAuthError::new(ErrorCode::InvalidRequest, format!("{name} is missing"));
    let secret = back.form.get(name).ok_or_else(missing)?.to_owned();
    let found = back.bank.auth.pollings.find(&secret).filter(|polled| polled.grant == grant);
    back.polled = Some(found.ok_or_else(|| OAuthError::new(ErrorCode::InvalidGrant, format!("{name} is unknown")))?);
    back.token = secret;
    Ok(())
}
