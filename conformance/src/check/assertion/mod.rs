//! Checks of client assertions (RFC 7523). They need a registration that signs.

use serde_json::Value;

use super::Check;
use crate::flow::assertion::{self, TYPE};
use crate::http::{Reply, Request};
use crate::probe::{BankProbe, Trouble};
use crate::target::bank::{ClientAuth, Registration, SigningKey};

mod assertion_audience;
mod assertion_in_time;
mod assertion_required;
mod assertion_signature;
mod assertion_subject;
mod assertion_used_once;

/// Every check of this kind, in the order in which they run.
pub(super) static CHECKS: &[&Check] = &[
    &assertion_signature::CHECK,
    &assertion_subject::CHECK,
    &assertion_audience::CHECK,
    &assertion_in_time::CHECK,
    &assertion_used_once::CHECK,
    &assertion_required::CHECK,
];

/// Our registration and the key it signs with.
pub(super) fn key_of_client(bank: &BankProbe) -> Result<(&Registration, &SigningKey), Trouble> {
    let client = bank.registration()?;
    match &client.auth {
        ClientAuth::PrivateKeyJwt(key) => Ok((client, key)),
        other => Err(Trouble::Unobservable(format!("our client signs no assertions ({other:?})"))),
    }
}

/// What the token endpoint says to an assertion with these claims, signed with our key: a refusal of the grant means that
/// the client was believed.
async fn asserting(bank: &BankProbe, claims: &Value) -> Result<Reply, Trouble> {
    let (client, key) = key_of_client(bank)?;
    let assertion = assertion::sign(key, claims).map_err(Trouble::Broken)?;
    sending(bank, &client.client_id, &assertion).await
}

/// What the token endpoint says to an assertion, with a refresh token that nobody was given.
async fn sending(bank: &BankProbe, client_id: &str, assertion: &str) -> Result<Reply, Trouble> {
    let url = bank.metadata().await?.token_endpoint.clone();
    let form = [
        ("grant_type", "refresh_token"),
        ("refresh_token", "never-given"),
        ("client_id", client_id),
        ("client_assertion_type", TYPE),
        ("client_assertion", assertion),
    ];
    bank.send(Request::post(url).header("accept", "application/json").form(form)).await
}
