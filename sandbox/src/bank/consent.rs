//! Consents: what an account holder allowed a client to see or do, and until when.
//!
//! Owns their life and their ids. Knows nothing of tokens, of passwords, or of who owns which account.

use std::collections::HashMap;

use bank_fixtures::record::{Consent, ConsentScope, ConsentStatus};
use bank_fixtures::seed::Seed;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::bank::{Refusal, local};

/// What a client asks an account holder for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewConsent {
    /// The client that asks.
    pub client_id: String,
    /// What it wants to see or do.
    pub scopes: Vec<ConsentScope>,
    /// The accounts it names; `None` leaves the choice to the account holder.
    pub account_ids: Option<Vec<String>>,
    /// Until when; `None` takes the bank's own validity.
    pub expires_at: Option<Timestamp>,
}

/// A consent as the bank sees it: the record and whom it binds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsentView {
    /// The record, its status as of the instant asked for.
    pub consent: Consent,
    /// The client it was given to.
    pub client_id: String,
    /// The account holder's user name, once somebody decided.
    pub user: Option<String>,
}

/// Who ended a consent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndedBy {
    /// The account holder, at the bank.
    Holder,
    /// The client.
    Client,
}

/// The words for scopes, the same in every dialect of this simulator that has no words of its own.
pub const SCOPES: &[(ConsentScope, &str)] = &[
    (ConsentScope::Owner, "customers"),
    (ConsentScope::Accounts, "accounts"),
    (ConsentScope::Balances, "balances"),
    (ConsentScope::Transactions, "transactions"),
    (ConsentScope::Payments, "payments"),
];

/// The word for a scope.
pub fn scope_name(scope: ConsentScope) -> &'static str {
    let row = SCOPES.iter().find(|row| row.0 == scope);
    row.expect("the table has a row for every scope").1
}

/// The scope of a word; `None` for a word that names no data (`openid`).
pub fn scope_named(name: &str) -> Option<ConsentScope> {
    SCOPES.iter().find(|row| row.1 == name).map(|row| row.0)
}

/// Every consent of one bank.
#[derive(Debug, Clone, Default)]
pub(crate) struct Consents {
    by_id: HashMap<String, ConsentView>,
    /// Ids by client, oldest first.
    by_client: HashMap<String, Vec<String>>,
}

impl Consents {
    pub(crate) fn create(
        &mut self,
        seed: Seed,
        asked: NewConsent,
        expires_at: Timestamp,
        (now, zone): (Timestamp, &TimeZone),
    ) -> Consent {
        let ids = self.by_client.entry(asked.client_id.clone()).or_default();
        let id = format!("con_{}", seed.of("consent").of(&asked.client_id).at(ids.len() as u64).hex(10));
        let local = |at| local::instant(at, zone);
        let consent = Consent {
            id: id.clone(),
            status: ConsentStatus::Awaiting,
            scopes: asked.scopes,
            account_ids: asked.account_ids.unwrap_or_default(),
            created_at: local(now),
            expires_at: Some(local(expires_at)),
        };
        let view = ConsentView { consent: consent.clone(), client_id: asked.client_id, user: None };
        ids.push(id.clone());
        self.by_id.insert(id, view);
        consent
    }

    pub(crate) fn view(&self, id: &str, now: Timestamp) -> Option<ConsentView> {
        let mut view = self.by_id.get(id)?.clone();
        view.consent.status = status_at(&view.consent, now);
        Some(view)
    }

    /// The consents of a client, newest first.
    pub(crate) fn of_client(&self, client_id: &str, now: Timestamp) -> Vec<ConsentView> {
        let ids = self.by_client.get(client_id).map_or(&[][..], Vec::as_slice);
        ids.iter().rev().filter_map(|id| self.view(id, now)).collect()
    }

    pub(crate) fn approve(
        &mut self,
        id: &str,
        user: &str,
        account_ids: Vec<String>,
        now: Timestamp,
    ) -> Result<Consent, Refusal> {
        let view = self.awaiting(id, now)?;
        if !view.consent.account_ids.is_empty()
            && let Some(extra) = account_ids.iter().find(|account| !view.consent.account_ids.contains(account))
        {
            return Err(Refusal::AccountNotAskedFor { account: extra.clone() });
        }
        view.consent.account_ids = account_ids;
        view.consent.status = ConsentStatus::Active;
        view.user = Some(user.to_owned());
        Ok(view.consent.clone())
    }

    pub(crate) fn reject(&mut self, id: &str, user: &str, now: Timestamp) -> Result<(), Refusal> {
        let view = self.awaiting(id, now)?;
        view.consent.status = ConsentStatus::Rejected;
        view.user = Some(user.to_owned());
        Ok(())
    }

    /// Ends a consent; one that has ended already stays as it is, so that a repeated call is harmless.
    pub(crate) fn end(&mut self, id: &str, by: EndedBy) -> Result<(), Refusal> {
        let view = self.by_id.get_mut(id).ok_or_else(|| Refusal::UnknownConsent(id.to_owned()))?;
        if matches!(view.consent.status, ConsentStatus::Awaiting | ConsentStatus::Active) {
            view.consent.status = match by {
                EndedBy::Holder => ConsentStatus::Revoked,
                EndedBy::Client => ConsentStatus::EndedByClient,
            };
        }
        Ok(())
    }

    fn awaiting(&mut self, id: &str, now: Timestamp) -> Result<&mut ConsentView, Refusal> {
        let view = self.by_id.get_mut(id).ok_or_else(|| Refusal::UnknownConsent(id.to_owned()))?;
        match status_at(&view.consent, now) {
            ConsentStatus::Awaiting => Ok(view),
            status => Err(Refusal::ConsentDecided { consent: id.to_owned(), status }),
        }
    }
}

/// Time ends a consent without anybody acting, so its end is computed, never stored.
fn status_at(consent: &Consent, now: Timestamp) -> ConsentStatus {
    let over = consent.expires_at.is_some_and(|expires| expires.at <= now);
    match consent.status {
        ConsentStatus::Awaiting | ConsentStatus::Active if over => ConsentStatus::Expired,
        status => status,
    }
}
