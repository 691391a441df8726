//! The client is registered, and every place that names it names the same one.

use crate::auth::client_auth::{Credentials, failed};
use crate::auth::endpoint::back_channel::{BackChannel, BackStage};
use crate::auth::error::{ErrorCode, OAuthError};
use crate::auth::step::{Kind, Step};

pub(crate) const STEP: Step<BackStage> = Step {
    slug: "registered-client",
    kind: Kind::Reads,
    source: "RFC 6749 2.3.1, 3.2.1",
    errors: &[ErrorCode::InvalidClient],
    run,
};

fn run(back: &mut BackChannel<'_>) -> Result<(), OAuthError> {
    let request = back.call.request;
    let id = back.credentials().client_id();
    if back.form.get("client_id").is_some_and(|named| named != id) {
        return Err(failed(request));
    }
    let client = back.bank.auth.clients.find(id);
    // As much work as for a known client, so that the time of the answer does not tell them apart.
    if client.is_none()
        && let Credentials::Basic { secret, .. } | Credentials::Post { secret, .. } = back.credentials()
    {
        let _ = crate::auth::mint::same_secret(secret, "");
    }
    let client = client.ok_or_else(|| failed(request))?;
    back.credentials = back.credentials.take().map(|credentials| credentials.of_client(&client));
    back.client = Some(client);
    Ok(())
}
