//! The ledger of one bank in one world: the procedural ground truth and what happened on top of it.

use std::borrow::Cow;
use std::sync::Arc;

use bank_fixtures::book::{Book, Customer};
use bank_fixtures::money::Money;
use bank_fixtures::record::{
    Account, AccountStatus, Consent, ConsentScope, ConsentStatus, Payment, PaymentShade, Transaction,
};
use bank_fixtures::seed::Seed;
use jiff::Timestamp;
use parking_lot::{Mutex, RwLock, RwLockReadGuard};

use crate::bank::consent::{Approval, Consents};
use crate::bank::desk::{Desk, State};
use crate::bank::granted::Granted;
use crate::bank::papers::Papers;
use crate::bank::standing::Standings;
use crate::bank::truth::Truth;
use crate::bank::{BankEvent, ConsentView, EndedBy, Fate, Happened, NewConsent, News, Refusal, Second, Subject};
use crate::profile::{BankProfile, JointAccounts};

/// The ledger of one bank in one world. To reset it, make a new one.
#[derive(Debug)]
pub struct Ledger {
    profile: Arc<BankProfile>,
    book: Arc<Book>,
    seed: Seed,
    consents: RwLock<Consents>,
    state: RwLock<State>,
    standings: Standings,
    papers: Papers,
    /// Taken last, inside the lock of what changed.
    news: Mutex<News>,
}

impl Ledger {
    /// A ledger in which nothing has happened yet.
    pub fn new(profile: Arc<BankProfile>, book: Arc<Book>, seed: Seed) -> Ledger {
        Ledger {
            profile,
            book,
            seed,
            consents: RwLock::default(),
            state: RwLock::new(State::new()),
            standings: Standings::default(),
            papers: Papers::default(),
            news: Mutex::default(),
        }
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
            standings: self.standings.clone(),
            papers: self.papers.clone(),
            news: Mutex::new(self.news.lock().clone()),
        }
    }

    /// The bank's settings.
    pub fn profile(&self) -> &BankProfile {
        &self.profile
    }

    /// Where the bank's chance comes from.
    pub(crate) fn seed(&self) -> Seed {
        self.seed
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
        let mut consents = self.consents.write();
        consents.create(self.seed, asked, expires_at, (now, &self.profile.zone), &mut self.news.lock())
    }

    /// A consent as it stands at `now`.
    pub fn consent(&self, id: &str, now: Timestamp) -> Option<ConsentView> {
        self.consents.read().view(id, now)
    }

    /// The consents of a client, newest first.
    pub fn consents_of(&self, client_id: &str, now: Timestamp) -> Vec<ConsentView> {
        self.consents.read().of_client(client_id, now)
    }

    /// Every consent, newest first.
    pub fn consents(&self, now: Timestamp) -> Vec<ConsentView> {
        self.consents.read().all(now)
    }

    /// The account holder agrees and chooses the accounts. Of a joint account one holder is enough, unless the bank's
    /// settings ask all of them.
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
        let joint = |id: &String| self.book.account(id).is_some_and(|account| account.owners.len() > 1);
        let all = self.profile.consents.joint == JointAccounts::AllAgree;
        let second = if all && account_ids.iter().any(joint) { Second::Needed } else { Second::NotNeeded };
        self.approve_consent_with(id, user, account_ids, second, now)
    }

    /// The same, whatever the accounts say about a second account holder.
    ///
    /// # Errors
    /// As there.
    pub fn approve_consent_with(
        &self,
        id: &str,
        user: &str,
        account_ids: Vec<String>,
        second: Second,
        now: Timestamp,
    ) -> Result<Consent, Refusal> {
        if account_ids.is_empty() {
            return Err(Refusal::NoAccounts);
        }
        let own = |id: &&String| self.book.accounts_of(user).any(|account| account.id == **id);
        if let Some(foreign) = account_ids.iter().find(|id| !own(id)) {
            return Err(Refusal::UnknownAccount(foreign.clone()));
        }
        let approval = Approval { user, account_ids, second };
        self.consents.write().approve(id, approval, (now, &self.profile.zone), &mut self.news.lock())
    }

    /// Another account holder agrees to a consent that one has agreed to.
    ///
    /// # Errors
    /// The consent is unknown or does not wait for somebody, or this account holder has agreed before.
    pub fn approve_consent_too(&self, id: &str, user: &str, now: Timestamp) -> Result<Consent, Refusal> {
        let agreed = self.consents.write().approve_too(id, user, (now, &self.profile.zone), &mut self.news.lock())?;
        if self.desk(|mut desk| desk.agreed(id, now)) {
            // What was agreed to was ordered before: that was the one act the consent is good for.
            self.consents.write().consume(id, now, &self.profile.zone)?;
        }
        Ok(agreed)
    }

    /// Consents that wait until this account holder agrees, too: others agreed for an account they hold together, or,
    /// where none of the accounts is joint, for one of theirs alone.
    pub fn consents_waiting_for(&self, user: &str, now: Timestamp) -> Vec<ConsentView> {
        let waits = |view: &ConsentView| {
            let own = |id: &String| self.book.accounts_of(user).any(|account| account.id == *id);
            let joint = |id: &String| self.book.account(id).is_some_and(|account| account.owners.len() > 1);
            let accounts = &view.consent.account_ids;
            view.consent.status == ConsentStatus::PartiallyAuthorised
                && !view.approvers.iter().any(|approver| approver == user)
                && (accounts.iter().any(own) || !accounts.iter().any(joint))
        };
        self.consents(now).into_iter().filter(waits).collect()
    }

    /// The account holder says no.
    ///
    /// # Errors
    /// The consent is unknown, already decided or expired.
    pub fn reject_consent(&self, id: &str, user: &str, now: Timestamp) -> Result<(), Refusal> {
        self.consents.write().reject(id, user, (now, &self.profile.zone), &mut self.news.lock())?;
        self.desk(|mut desk| desk.disagreed(id, now));
        Ok(())
    }

    /// Ends a consent for good. Ending one that has ended is no error.
    ///
    /// # Errors
    /// The consent is unknown.
    pub fn revoke_consent(&self, id: &str, by: EndedBy, now: Timestamp) -> Result<(), Refusal> {
        self.consents.write().end(id, by, (now, &self.profile.zone), &mut self.news.lock())?;
        self.desk(|mut desk| desk.disagreed(id, now));
        Ok(())
    }

    /// Uses up a consent that is good for one act.
    ///
    /// # Errors
    /// The consent is unknown or not in force.
    pub fn consume_consent(&self, id: &str, now: Timestamp) -> Result<(), Refusal> {
        self.consents.write().consume(id, now, &self.profile.zone)
    }

    /// What dialects keep with the records of this bank.
    pub fn papers(&self) -> &Papers {
        &self.papers
    }

    /// Brings the end of a consent forward: it has expired from now on.
    ///
    /// # Errors
    /// The consent is unknown.
    pub fn expire_consent(&self, id: &str, now: Timestamp) -> Result<(), Refusal> {
        let mut consents = self.consents.write();
        consents.cut_short(id, now, &self.profile.zone)?;
        consents.lapse(now, &mut self.news.lock());
        Ok(())
    }

    /// Ids of the consents in force, of this client and account holder where they are named, oldest first.
    pub fn consents_in_force(&self, client_id: Option<&str>, user: Option<&str>, now: Timestamp) -> Vec<String> {
        self.consents.read().in_force(client_id, user, now)
    }

    /// Clients that may see an account in this scope at `now`, by id.
    pub(crate) fn clients_reading(&self, account: &str, scope: ConsentScope, now: Timestamp) -> Vec<String> {
        self.consents.read().clients_reading(account, scope, now)
    }

    /// An account as it stands.
    pub fn account(&self, id: &str) -> Option<Cow<'_, Account>> {
        self.book.account(id).map(|account| self.standings.shown(account))
    }

    /// The accounts a user holds, as they stood at an instant.
    pub(crate) fn accounts_as_of(&self, user: &str, at: Timestamp) -> impl Iterator<Item = Cow<'_, Account>> {
        self.book.accounts_of(user).map(move |account| self.standings.shown_at(account, at))
    }

    /// Closes, blocks or opens an account.
    ///
    /// # Errors
    /// The account is unknown.
    pub fn set_account(&self, id: &str, status: AccountStatus, now: Timestamp) -> Result<(), Refusal> {
        let account = self.account(id).ok_or_else(|| Refusal::UnknownAccount(id.to_owned()))?;
        if account.status != status {
            self.standings.set(id, status, now);
            let subject = Subject { account_id: Some(id.to_owned()), ..Subject::default() };
            self.news.lock().tell(now, BankEvent::AccountChanged, subject);
        }
        Ok(())
    }

    /// Makes a status of a payment so, against the bank's own timetable: money set aside is given free, booked legs are
    /// reversed. A payment that was refused, cancelled or returned before stays as it is.
    ///
    /// # Errors
    /// The payment is unknown.
    pub fn overrule_payment(&self, id: &str, fate: Fate, now: Timestamp) -> Result<(), Refusal> {
        self.desk(|mut desk| desk.overrule(id, fate, now))
    }

    /// What a client may do about the payments of a consent at `now`, as soon as one account holder has agreed: an order
    /// waits for the second.
    ///
    /// # Errors
    /// The consent is unknown, nobody has agreed, or it has ended.
    pub fn ordering(&self, consent_id: &str, now: Timestamp) -> Result<Granted<'_>, Refusal> {
        Granted::for_orders(self, consent_id, now)
    }

    /// The bank says no to a consent that nobody has decided about.
    ///
    /// # Errors
    /// The consent is unknown, or somebody has decided.
    pub fn refuse_consent(&self, id: &str, now: Timestamp) -> Result<(), Refusal> {
        self.consents.write().refuse(id, (now, &self.profile.zone), &mut self.news.lock())
    }

    /// Lets nobody decide about a consent before its client has handed in all that belongs to it.
    pub fn hold_back_consent(&self, id: &str) {
        self.consents.write().hold_back(id);
    }

    /// All that belongs to a consent is there.
    pub fn complete_consent(&self, id: &str) {
        self.consents.write().complete(id);
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

    /// What the same client would have known at an earlier instant: accounts, entries, payments and the money set aside for them as
    /// they were then.
    ///
    /// # Errors
    /// The consent is unknown or not in force now.
    pub fn truth_as_of(&self, consent_id: &str, as_of: Timestamp, now: Timestamp) -> Result<Truth, Refusal> {
        self.granted(consent_id, now).map(|granted| granted.looking_back(as_of).truth())
    }

    /// Any payment as it stands, whoever ordered it.
    pub(crate) fn payment(&self, id: &str, now: Timestamp) -> Option<Payment> {
        let state = self.state(now);
        let order = state.orders.known(id).ok()?;
        Some(state.orders.order(order).payment.clone())
    }

    /// The finer place of a payment, if it has one.
    pub(crate) fn payment_shade(&self, id: &str, now: Timestamp) -> Option<PaymentShade> {
        let state = self.state(now);
        let order = state.orders.known(id).ok()?;
        state.orders.order(order).shade
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

    /// Carries out what is due. Reading does the same on its own: call this when time was moved and somebody listens.
    pub fn settle(&self, now: Timestamp) {
        if self.state.read().orders.is_due(now) {
            self.desk(|mut desk| desk.settle(now));
        }
        if self.consents.read().next_end().is_some_and(|end| end <= now) {
            self.consents.write().lapse(now, &mut self.news.lock());
        }
    }

    /// What happened since somebody last asked, oldest first.
    pub fn take_news(&self) -> Vec<Happened> {
        self.news.lock().take()
    }

    /// When the next step of a payment is due.
    pub fn next_step(&self) -> Option<Timestamp> {
        self.state.read().orders.next_at()
    }

    /// When anything is due: the next step of a payment, or the end of a consent.
    pub fn next_due(&self) -> Option<Timestamp> {
        let end = self.consents.read().next_end();
        self.next_step().into_iter().chain(end).min()
    }

    /// The state with everything carried out that is due at `now`.
    pub(crate) fn state(&self, now: Timestamp) -> RwLockReadGuard<'_, State> {
        let state = self.state.read();
        if !state.orders.is_due(now) {
            return state;
        }
        drop(state);
        self.desk(|mut desk| desk.settle(now));
        self.state.read()
    }

    /// Lets the bank act on its state.
    pub(crate) fn desk<T>(&self, act: impl FnOnce(Desk<'_>) -> T) -> T {
        let mut state = self.state.write();
        let Ledger { profile, book, standings, news, .. } = self;
        act(Desk { profile, book, seed: self.seed, state: &mut state, standings, news })
    }
}
