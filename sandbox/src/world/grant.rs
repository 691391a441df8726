//! Access that was granted without a login: for tests, and for the first `curl`.

use std::time::Duration;

use jiff::Timestamp;

use super::BankInstance;
use crate::bank::{NewConsent, Refusal, SCOPES, scope_named};

/// What is to be granted; what is left out is all there is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GrantOrder {
    /// The client that gets it.
    pub client_id: String,
    /// The account holder who gives it.
    pub username: String,
    /// Words of scopes.
    pub scopes: Option<Vec<String>>,
    /// Accounts of the account holder.
    pub account_ids: Option<Vec<String>>,
    /// For how long, at most as long as the bank allows.
    pub valid_for: Option<Duration>,
}

/// A consent in force, with tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadyAccess {
    /// The consent.
    pub consent_id: String,
    /// Access token, in clear.
    pub access_token: String,
    /// Refresh token, in clear.
    pub refresh_token: String,
    /// Life of the access token.
    pub expires_in: Duration,
    /// The accounts it covers.
    pub account_ids: Vec<String>,
}

/// Why nothing was granted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GrantError {
    /// No such client.
    #[error("no client `{0}`; there is {1}")]
    UnknownClient(String, String),
    /// No such account holder.
    #[error("no user `{0}`; there is {1}")]
    UnknownUser(String, String),
    /// No such scope.
    #[error("no scope `{0}`; there is {1}")]
    UnknownScope(String, String),
    /// The bank says no.
    #[error("the bank refused the consent: {0}")]
    Refused(#[from] Refusal),
}

impl BankInstance {
    /// Makes a consent, approves it as the account holder, and issues tokens under it.
    ///
    /// # Errors
    /// A name is unknown, or the bank refuses what is asked.
    pub fn grant(&self, order: GrantOrder, now: Timestamp) -> Result<ReadyAccess, GrantError> {
        let GrantOrder { client_id, username, scopes, account_ids, valid_for } = order;
        if self.auth.client(&client_id).is_none() {
            let known: Vec<_> = self.auth.clients().iter().map(|client| client.client_id.clone()).collect();
            return Err(GrantError::UnknownClient(client_id, known.join(", ")));
        }
        let book = self.ledger.book();
        let Some(customer) = book.customer(&username) else {
            let known: Vec<_> = book.customers().iter().map(|customer| customer.username.as_str()).collect();
            return Err(GrantError::UnknownUser(username, known.join(", ")));
        };
        let words = scopes.unwrap_or_else(|| {
            ["openid", "offline_access"].iter().map(|word| (*word).to_owned()).chain(all()).collect()
        });
        let mut covered = Vec::new();
        for word in &words {
            match scope_named(word) {
                Some(scope) => covered.push(scope),
                None if WITHOUT_DATA.contains(&word.as_str()) => {}
                None => return Err(GrantError::UnknownScope(word.clone(), all().collect::<Vec<_>>().join(", "))),
            }
        }
        let account_ids = account_ids.unwrap_or_else(|| customer.account_ids.clone());
        let expires_at = valid_for.map(|valid_for| now.saturating_add(valid_for).unwrap_or(Timestamp::MAX));
        let asked = NewConsent { client_id: client_id.clone(), scopes: covered, account_ids: None, expires_at };
        let consent = self.ledger.create_consent(asked, now);
        let consent = self.ledger.approve_consent(&consent.id, &username, account_ids, now)?;
        let tokens = self.auth.issue_for_consent(&client_id, &username, &consent.id, &words, now);
        Ok(ReadyAccess {
            consent_id: consent.id,
            access_token: tokens.access_token,
            refresh_token: tokens.refresh_token,
            expires_in: tokens.expires_in,
            account_ids: consent.account_ids,
        })
    }
}

/// Scopes that name no data.
const WITHOUT_DATA: &[&str] = &["openid", "offline_access"];

fn all() -> impl Iterator<Item = String> {
    SCOPES.iter().map(|row| row.1.to_owned())
}
