//! The ledger of one bank in one world: the procedural ground truth and what happened on top of it.

use std::sync::Arc;

use bank_fixtures::book::{Book, Customer};
use bank_fixtures::money::Money;
use bank_fixtures::record::{Account, Consent, Transaction};
use bank_fixtures::seed::Seed;
use jiff::Timestamp;
use parking_lot::{RwLock, RwLockReadGuard};

use crate::bank::consent::Consents;
use crate::bank::desk::{Desk, Happened, State};
use crate::bank::granted::Granted;
use crate::bank::truth::Truth;
use crate::bank::{ConsentView, EndedBy, NewConsent, Refusal};
use crate::profile::BankProfile;

/// The ledger of one bank in one world. To reset it, make a new one.
#[derive(Debug)]
pub struct Ledger {
    profile: Arc<BankProfile>,
    book: Arc<Book>,
    seed: Seed,
    consents: RwLock<Consents>,
    state: RwLock<State>,
}

impl Ledger {
    /// A ledger in which nothing has happened yet.
    pub fn new(profile: Arc<BankProfile>, book: Arc<Book>, seed: Seed) -> Ledger {
        Ledger { profile, book, seed, consents: RwLock::default(), state: RwLock::new(State::new()) }
    }

    /// A ledger of its own in which the same has happened. The procedural book is shared, never copied.
    #[must_use]
    pub fn fork(&self) -> Ledger {
        Ledger {
            profile: Arc::clone(&self.profile),
            book: Arc::clone(&self.book),
            seed: self.seed,
            consents: RwLock::new(self.consents.read().clone()),
            state: RwLock::new(self.state.read().clone()),
        }
    }

    /// The bank's settings.
    pub fn profile(&self) -> &BankProfile {
        &self.profile
    }

    /// The bank's data before anything happened.
    pub fn book(&self) -> &Book {
        &self.book
    }

    /// The customer with this user name and password.
    pub fn authenticate(&self, username: &str, password: &str) -> Option<&Customer> {
        self.book.customer(username).filter(|customer| customer.password == password)
    }

    /// The accounts a user holds; none for an unknown user.
    pub fn accounts_of_user(&self, username: &str) -> Vec<&Account> {
        self.book.accounts_of(username).collect()
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
        let own = |id: &&String| self.book.accounts_of(user).any(|account| account.id == **id);
        if let Some(foreign) = account_ids.iter().find(|id| !own(id)) {
            return Err(Refusal::UnknownAccount(foreign.clone()));
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

    /// What a consent shows of the bank at `now`.
    ///
    /// # Errors
    /// The consent is unknown or not in force.
    pub fn granted(&self, consent_id: &str, now: Timestamp) -> Result<Granted<'_>, Refusal> {
        Granted::new(self, consent_id, now)
    }

    /// Everything a perfect client would know through a consent at `now`.
    ///
    /// # Errors
    /// The consent is unknown or not in force.
    pub fn truth(&self, consent_id: &str, now: Timestamp) -> Result<Truth, Refusal> {
        self.granted(consent_id, now).map(|granted| granted.truth())
    }

    /// Books an entry on an account out of nothing.
    ///
    /// # Errors
    /// The account is unknown or held in another currency.
    pub fn post_entry(
        &self,
        account_id: &str,
        amount: Money,
        description: Option<&str>,
        now: Timestamp,
    ) -> Result<Transaction, Refusal> {
        self.desk(|mut desk| desk.post(account_id, amount, description, now))
    }

    /// Carries out what is due and tells what happened. Reading does the same on its own: call this when time was moved
    /// and somebody wants to know what that did.
    pub fn settle(&self, now: Timestamp) -> Vec<Happened> {
        self.desk(|mut desk| desk.settle(now))
    }

    /// The state with everything carried out that is due at `now`.
    pub(crate) fn state(&self, now: Timestamp) -> RwLockReadGuard<'_, State> {
        let state = self.state.read();
        if !state.orders.is_due(now) {
            return state;
        }
        drop(state);
        self.settle(now);
        self.state.read()
    }

    /// Lets the bank act on its state.
    pub(crate) fn desk<T>(&self, act: impl FnOnce(Desk<'_>) -> T) -> T {
        let mut state = self.state.write();
        act(Desk { profile: &self.profile, book: &self.book, seed: self.seed, state: &mut state })
    }
}
