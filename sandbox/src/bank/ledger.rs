//! The ledger of one bank in one world: the procedural ground truth and what happened on top of it.

use std::sync::Arc;

use bank_fixtures::record::Consent;
use bank_fixtures::seed::Seed;
use jiff::Timestamp;
use parking_lot::RwLock;

use crate::bank::consent::Consents;
use crate::bank::profile::BankProfile;
use crate::bank::{ConsentView, EndedBy, NewConsent, Refusal};

/// The ledger of one bank in one world. To reset it, make a new one.
#[derive(Debug)]
pub struct Ledger {
    profile: Arc<BankProfile>,
    seed: Seed,
    consents: RwLock<Consents>,
}

impl Ledger {
    /// A ledger in which nothing has happened yet.
    pub fn new(profile: Arc<BankProfile>, seed: Seed) -> Ledger {
        Ledger { profile, seed, consents: RwLock::default() }
    }

    /// Takes a client's request for a consent; the account holder decides later.
    pub fn create_consent(&self, asked: NewConsent, now: Timestamp) -> Consent {
        let latest = now.saturating_add(self.profile.consents.valid_for).unwrap_or(Timestamp::MAX);
        let expires_at = asked.expires_at.map_or(latest, |wanted| wanted.min(latest));
        self.consents.write().create(self.seed, asked, expires_at, (now, &self.profile.zone))
    }

    /// A consent as it stands at `now`.
    pub fn consent(&self, id: &str, now: Timestamp) -> Option<ConsentView> {
        self.consents.read().view(id, now)
    }

    /// The consents of a client, newest first.
    pub fn consents_of(&self, client_id: &str, now: Timestamp) -> Vec<ConsentView> {
        self.consents.read().of_client(client_id, now)
    }

    /// The account holder agrees and chooses the accounts.
    ///
    /// # Errors
    /// The consent is unknown, already decided or expired, or an account is not the holder's or was not asked for.
    pub fn approve_consent(
        &self,
        id: &str,
        user: &str,
        account_ids: Vec<String>,
        now: Timestamp,
    ) -> Result<Consent, Refusal> {
        if account_ids.is_empty() {
            return Err(Refusal::NoAccounts);
        }
        self.consents.write().approve(id, user, account_ids, now)
    }

    /// The account holder says no.
    ///
    /// # Errors
    /// The consent is unknown, already decided or expired.
    pub fn reject_consent(&self, id: &str, user: &str, now: Timestamp) -> Result<(), Refusal> {
        self.consents.write().reject(id, user, now)
    }

    /// Ends a consent for good. Ending one that has ended is no error.
    ///
    /// # Errors
    /// The consent is unknown.
    pub fn revoke_consent(&self, id: &str, by: EndedBy) -> Result<(), Refusal> {
        self.consents.write().end(id, by)
    }
}
