//! Clients and consents that a scenario wants before the first call.

use std::sync::Arc;

use jiff::Timestamp;

use super::{BankInstance, GrantOrder, ReadyAccess, WorldError};
use crate::auth::NewClient;
use crate::scenario::{ClientSpec, ConsentSpec, Scenario};
use crate::webhook::NewEndpoint;

/// Access that a scenario prepared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prepared {
    /// Slug of the bank.
    pub bank: Arc<str>,
    /// The client.
    pub client_id: String,
    /// The account holder.
    pub username: String,
    /// What it gives.
    pub access: ReadyAccess,
}

/// Registers the clients, then grants the consents, in file order.
pub(super) fn prepare(
    scenario: &Scenario,
    banks: &[Arc<BankInstance>],
    start: Timestamp,
) -> Result<Vec<Prepared>, WorldError> {
    for client in scenario.clients() {
        for bank in of(banks, client.bank.as_deref())? {
            let registered = bank.auth.register(new_client(client));
            registered.map_err(|error| WorldError::Client(bank.slug.to_string(), error))?;
            if let Some((url, secret)) = &client.webhook {
                let (client_id, url, secret) = (client.client_id.clone(), url.clone(), secret.clone());
                let asked = NewEndpoint { client_id, url, secret, kinds: Vec::new() };
                let added = bank.webhooks.add(asked, bank.ledger.seed(), start);
                added.map_err(|error| WorldError::Webhook(bank.slug.to_string(), error))?;
            }
        }
    }
    let mut prepared = Vec::new();
    for consent in scenario.consents() {
        for bank in granting(banks, consent)? {
            let access = bank
                .grant(order(consent), start)
                .map_err(|error| WorldError::Consent(bank.slug.to_string(), consent.username.clone(), error))?;
            let (client_id, username) = (consent.client_id.clone(), consent.username.clone());
            prepared.push(Prepared { bank: Arc::clone(&bank.slug), client_id, username, access });
        }
    }
    Ok(prepared)
}

/// The bank a consent names; without one every bank that knows its client, or all of them if none does, so that they say so.
fn granting<'a>(
    banks: &'a [Arc<BankInstance>],
    consent: &ConsentSpec,
) -> Result<Vec<&'a Arc<BankInstance>>, WorldError> {
    let all = of(banks, consent.bank.as_deref())?;
    let knows = |bank: &&Arc<BankInstance>| bank.auth.client(&consent.client_id).is_some();
    let knowing: Vec<_> = all.iter().copied().filter(knows).collect();
    Ok(if consent.bank.is_some() || knowing.is_empty() { all } else { knowing })
}

/// The bank of this slug; every bank without one.
fn of<'a>(banks: &'a [Arc<BankInstance>], slug: Option<&str>) -> Result<Vec<&'a Arc<BankInstance>>, WorldError> {
    let Some(slug) = slug else { return Ok(banks.iter().collect()) };
    match banks.iter().find(|bank| &*bank.slug == slug) {
        Some(bank) => Ok(vec![bank]),
        None => {
            let known: Vec<&str> = banks.iter().map(|bank| &*bank.slug).collect();
            Err(WorldError::UnknownBank(slug.to_owned(), known.join(", ")))
        }
    }
}

fn new_client(asked: &ClientSpec) -> NewClient {
    NewClient {
        client_id: Some(asked.client_id.clone()),
        secret: asked.client_secret.clone(),
        redirect_uris: asked.redirect_uris.clone(),
        // The scenario reader takes no other words than the table's.
        auth_methods: asked.auth_method.parse().into_iter().collect(),
        ..NewClient::default()
    }
}

fn order(asked: &ConsentSpec) -> GrantOrder {
    let given = |words: &[String]| (!words.is_empty()).then(|| words.to_vec());
    GrantOrder {
        client_id: asked.client_id.clone(),
        username: asked.username.clone(),
        scopes: given(&asked.scopes),
        account_ids: given(&asked.account_ids),
        valid_for: asked.valid_for,
    }
}
