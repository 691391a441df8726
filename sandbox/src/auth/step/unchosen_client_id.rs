//! The bank chooses ids: a client that could choose its own might call itself what an account holder is called.

use crate::auth::endpoint::register::{RegisterStage, Registering, bad_metadata};
use crate::auth::error::{ErrorCode, OAuthError};
use crate::auth::step::{Kind, Step};

pub(crate) const STEP: Step<RegisterStage> = Step {
    slug: "unchosen-client-id",
    kind: Kind::Rule,
    source: "RFC 9700 4.15, RFC 7592 2.2",
    errors: &[ErrorCode::InvalidClientMetadata],
    run,
};

/// Members that only the bank sets.
const OF_THE_BANK: &[&str] =
    &["registration_access_token", "registration_client_uri", "client_secret_expires_at", "client_id_issued_at"];

fn run(registering: &mut Registering<'_>) -> Result<(), OAuthError> {
    let id = registering.text("client_id")?;
    let secret = registering.text("client_secret")?;
    match &registering.existing {
        None if id.is_some() || secret.is_some() => {
            Err(bad_metadata("client_id and client_secret are the bank's to choose: leave them out"))
        }
        None => Ok(()),
        Some(client) => {
            if id != Some(client.client_id.as_str()) {
                return Err(bad_metadata("client_id must be the one that is registered"));
            }
            if secret.is_some() && secret != client.secret.as_deref() {
                return Err(bad_metadata("client_secret must be the one that is registered, or left out"));
            }
            match OF_THE_BANK.iter().find(|member| registering.asked.contains_key(**member)) {
                Some(member) => Err(bad_metadata(format!("{member} must be left out of an update"))),
                None => Ok(()),
            }
        }
    }
}
