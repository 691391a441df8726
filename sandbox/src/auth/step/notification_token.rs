//! A client that wants to be told brings the token the bank tells it with.

use crate::auth::endpoint::back_channel::{BackChannel, BackStage};
use crate::auth::error::{ErrorCode, OAuthError};
use crate::auth::step::{Kind, Step};

pub(crate) const STEP: Step<BackStage> = Step {
    slug: "notification-token",
    kind: Kind::Reads,
    source: "OpenID CIBA 7.1, 10.2",
    errors: &[ErrorCode::InvalidRequest],
    run,
};

const LONGEST: usize = 1024;

fn run(back: &mut BackChannel<'_>) -> Result<(), OAuthError> {
    let registrations = &back.bank.auth.registrations;
    let client_id = &back.client().client_id;
    if registrations.text(client_id, "backchannel_token_delivery_mode").as_deref() != Some("ping") {
        return Ok(());
    }
    let endpoint = registrations.text(client_id, "backchannel_client_notification_endpoint");
    let token = back.form.get("client_notification_token");
    let legal = |token: &&str| {
        token.len() <= LONGEST && token.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~+/=".contains(&byte))
    };
    let token = token.filter(legal).ok_or_else(|| {
        let why = "client_notification_token is missing, or has other characters than a bearer token";
        OAuthError::new(ErrorCode::InvalidRequest, why)
    })?;
    back.asked.notice = endpoint.map(|endpoint| (endpoint, token.to_owned()));
    Ok(())
}
