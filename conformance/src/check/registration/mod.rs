//! Checks of clients that register themselves (RFC 7591, RFC 7592).

use super::Check;
use crate::http::{Reply, Request};
use crate::json::Value;
use crate::probe::{BankProbe, Trouble, needed_json};
use crate::target::bank::Permission;

mod client_id_not_chosen;
mod registered_grants_alone;
mod registration_checked;
mod registration_guarded;

/// Every check of this kind, in the order in which they run.
pub(super) static CHECKS: &[&Check] = &[
    &registration_checked::CHECK,
    &registration_guarded::CHECK,
    &client_id_not_chosen::CHECK,
    &registered_grants_alone::CHECK,
];

/// A registered redirect address for clients that are gone in a moment.
const REDIRECT: &str = "https://client.example/callback";

/// What the server says to a registration.
async fn registering(bank: &BankProbe, body: &str) -> Result<Reply, Trouble> {
    let endpoint = bank.endpoint("registration_endpoint").await?;
    bank.send(Request::post(endpoint).header("accept", "application/json").json(body)).await
}

/// A client that was made for a check.
struct Made {
    uri: String,
    token: String,
}

/// Registers a client, where a target lets checks leave something behind for a moment.
async fn made(bank: &BankProbe) -> Result<Made, Trouble> {
    may_register(bank)?;
    let reply = registering(bank, &format!(r#"{{"redirect_uris":["{REDIRECT}"]}}"#)).await?;
    if !reply.is_success() {
        return Err(Trouble::Unobservable(format!("nobody registers here without more: {}", reply.exchange)));
    }
    let document = needed_json(&reply)?;
    let member = |name: &str| text(&document, name);
    let missing = || Trouble::Unobservable("the registration cannot be managed (RFC 7592)".to_owned());
    Ok(Made {
        uri: member("registration_client_uri").ok_or_else(missing)?,
        token: member("registration_access_token").ok_or_else(missing)?,
    })
}

/// Takes back what a check made; what comes of it is not judged.
async fn unmade(bank: &BankProbe, uri: &str, token: &str) {
    let _ = bank.send(Request::new("DELETE", uri).bearer(token)).await;
}

/// A sandbox's clients are nobody's; elsewhere the target has to allow such calls.
fn may_register(bank: &BankProbe) -> Result<(), Trouble> {
    if bank.target.control.is_some() || bank.target.bursts == Permission::Granted {
        return Ok(());
    }
    Err(Trouble::Unobservable("the target does not allow that clients are registered (`bursts: allowed`)".to_owned()))
}

fn text(document: &Value, name: &str) -> Option<String> {
    document.root().member(name).and_then(|at| at.text().map(str::to_owned))
}
