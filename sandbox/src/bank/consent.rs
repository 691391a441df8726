//! Consents: what an account holder allowed a client to see or do, and until when.
//!
//! Owns their life and their ids. Knows nothing of tokens, of passwords, or of who owns which account.

use std::collections::{BTreeSet, HashMap};

use bank_fixtures::record::{Consent, ConsentScope, ConsentStatus, Instant};
use bank_fixtures::seed::Seed;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::bank::{BankEvent, News, Refusal, Subject, local};

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
    /// When its status last changed.
    pub changed_at: Instant,
    /// User names of those who agreed, in the order they did. Of several holders of an account each may have to.
    pub approvers: Vec<String>,
    /// Who ended it, if somebody did.
    pub ended_by: Option<EndedBy>,
}

/// Who ended a consent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndedBy {
    /// The account holder, at the bank.
    Holder,
    /// The client.
    Client,
    /// The bank.
    Bank,
    /// Its only use.
    Use,
}

/// What an account holder agrees to, and whether that is enough.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Approval<'a> {
    /// Who agrees.
    pub(crate) user: &'a str,
    /// The accounts chosen; whoever agrees second chooses none.
    pub(crate) account_ids: Vec<String>,
    /// Whether somebody else has to agree as well.
    pub(crate) second: Second,
}

/// Whether one account holder is enough.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Second {
    /// The consent is in force once one agreed.
    NotNeeded,
    /// It waits until another agreed.
    Needed,
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
    /// When consents that have not ended will end by time.
    ends: BTreeSet<(Timestamp, String)>,
    /// Those whose clients have not handed in all that belongs to them.
    incomplete: BTreeSet<String>,
}

impl Consents {
    pub(crate) fn create(
        &mut self,
        seed: Seed,
        asked: NewConsent,
        expires_at: Timestamp,
        (now, zone): (Timestamp, &TimeZone),
        news: &mut News,
    ) -> Consent {
        let ids = self.by_client.entry(asked.client_id.clone()).or_default();
        let id = format!("con_{}", seed.of("consent").of(&asked.client_id).at(ids.len() as u64).hex(10));
        let local = |at| local::instant(at, zone);
        let expires_at = local(expires_at).at;
        let consent = Consent {
            id: id.clone(),
            status: ConsentStatus::Awaiting,
            scopes: asked.scopes,
            account_ids: asked.account_ids.unwrap_or_default(),
            created_at: local(now),
            expires_at: Some(local(expires_at)),
        };
        let changed_at = consent.created_at;
        let view = ConsentView {
            consent: consent.clone(),
            client_id: asked.client_id,
            user: None,
            changed_at,
            approvers: Vec::new(),
            ended_by: None,
        };
        news.tell(now, BankEvent::ConsentCreated, Subject::consent(&view));
        ids.push(id.clone());
        self.ends.insert((expires_at, id.clone()));
        self.by_id.insert(id, view);
        consent
    }

    pub(crate) fn view(&self, id: &str, now: Timestamp) -> Option<ConsentView> {
        let mut view = self.by_id.get(id)?.clone();
        let status = status_at(&view.consent, now);
        if let Some(expired) = view.consent.expires_at.filter(|_| status != view.consent.status) {
            view.changed_at = expired;
        }
        view.consent.status = status;
        Some(view)
    }

    /// The consents of a client, newest first.
    pub(crate) fn of_client(&self, client_id: &str, now: Timestamp) -> Vec<ConsentView> {
        let ids = self.by_client.get(client_id).map_or(&[][..], Vec::as_slice);
        ids.iter().rev().filter_map(|id| self.view(id, now)).collect()
    }

    /// Every consent, newest first.
    pub(crate) fn all(&self, now: Timestamp) -> Vec<ConsentView> {
        let mut found: Vec<ConsentView> = self.by_id.keys().filter_map(|id| self.view(id, now)).collect();
        found.sort_by(|a, b| (b.consent.created_at.at, &b.consent.id).cmp(&(a.consent.created_at.at, &a.consent.id)));
        found
    }

    pub(crate) fn approve(
        &mut self,
        id: &str,
        approval: Approval<'_>,
        (now, zone): (Timestamp, &TimeZone),
        news: &mut News,
    ) -> Result<Consent, Refusal> {
        let view = self.awaiting(id, now)?;
        let Approval { user, account_ids, second } = approval;
        if !view.consent.account_ids.is_empty()
            && let Some(extra) = account_ids.iter().find(|account| !view.consent.account_ids.contains(account))
        {
            return Err(Refusal::AccountNotAskedFor { account: extra.clone() });
        }
        view.consent.account_ids = account_ids;
        view.user = Some(user.to_owned());
        view.changed_at = local::instant(now, zone);
        view.approvers = vec![user.to_owned()];
        let (status, event) = match second {
            Second::NotNeeded => (ConsentStatus::Active, BankEvent::ConsentAuthorised),
            Second::Needed => (ConsentStatus::PartiallyAuthorised, BankEvent::ConsentPartiallyAuthorised),
        };
        view.consent.status = status;
        news.tell(now, event, Subject::consent(view));
        Ok(view.consent.clone())
    }

    /// The second account holder agrees.
    pub(crate) fn approve_too(
        &mut self,
        id: &str,
        user: &str,
        (now, zone): (Timestamp, &TimeZone),
        news: &mut News,
    ) -> Result<Consent, Refusal> {
        let view = self.at(id, ConsentStatus::PartiallyAuthorised, now)?;
        if view.approvers.iter().any(|approver| approver == user) {
            return Err(Refusal::AgreedBefore { user: user.to_owned() });
        }
        view.approvers.push(user.to_owned());
        view.consent.status = ConsentStatus::Active;
        view.changed_at = local::instant(now, zone);
        news.tell(now, BankEvent::ConsentAuthorised, Subject::consent(view));
        Ok(view.consent.clone())
    }

    /// Somebody who has to agree says no: the first, or the second.
    pub(crate) fn reject(
        &mut self,
        id: &str,
        user: &str,
        (now, zone): (Timestamp, &TimeZone),
        news: &mut News,
    ) -> Result<(), Refusal> {
        let second = self.by_id.get(id).is_some_and(|view| !view.approvers.is_empty());
        let view = match second {
            true => self.at(id, ConsentStatus::PartiallyAuthorised, now)?,
            false => self.awaiting(id, now)?,
        };
        view.consent.status = ConsentStatus::Rejected;
        view.changed_at = local::instant(now, zone);
        if view.user.is_none() {
            view.user = Some(user.to_owned());
        }
        news.tell(now, BankEvent::ConsentRejected, Subject::consent(view));
        Ok(())
    }

    /// Ends a consent; one that has ended already stays as it is, so that a repeated call is harmless.
    pub(crate) fn end(
        &mut self,
        id: &str,
        by: EndedBy,
        (now, zone): (Timestamp, &TimeZone),
        news: &mut News,
    ) -> Result<(), Refusal> {
        let view = self.by_id.get_mut(id).ok_or_else(|| Refusal::UnknownConsent(id.to_owned()))?;
        if !is_open(status_at(&view.consent, now)) {
            return Ok(());
        }
        let (status, event) = match by {
            EndedBy::Holder | EndedBy::Bank => (ConsentStatus::Revoked, BankEvent::ConsentRevoked),
            EndedBy::Client => (ConsentStatus::EndedByClient, BankEvent::ConsentRevoked),
            EndedBy::Use => (ConsentStatus::Consumed, BankEvent::ConsentConsumed),
        };
        view.consent.status = status;
        view.ended_by = Some(by);
        view.changed_at = local::instant(now, zone);
        news.tell(now, event, Subject::consent(view));
        Ok(())
    }

    /// Uses up a consent in force.
    pub(crate) fn consume(&mut self, id: &str, now: Timestamp, zone: &TimeZone) -> Result<(), Refusal> {
        let view = self.by_id.get_mut(id).ok_or_else(|| Refusal::UnknownConsent(id.to_owned()))?;
        match status_at(&view.consent, now) {
            ConsentStatus::Active => {
                view.consent.status = ConsentStatus::Consumed;
                view.changed_at = local::instant(now, zone);
                Ok(())
            }
            status => Err(Refusal::ConsentNotInForce { consent: id.to_owned(), status }),
        }
    }

    /// Brings the end of a consent forward to now.
    pub(crate) fn cut_short(&mut self, id: &str, now: Timestamp, zone: &TimeZone) -> Result<(), Refusal> {
        let view = self.by_id.get_mut(id).ok_or_else(|| Refusal::UnknownConsent(id.to_owned()))?;
        if let Some(expires) = view.consent.expires_at.filter(|expires| expires.at > now) {
            self.ends.remove(&(expires.at, id.to_owned()));
            let end = local::instant(now, zone);
            view.consent.expires_at = Some(end);
            self.ends.insert((end.at, id.to_owned()));
        }
        Ok(())
    }

    /// When the next consent ends by time.
    pub(crate) fn next_end(&self) -> Option<Timestamp> {
        self.ends.first().map(|(at, _)| *at)
    }

    /// Tells of the consents that time has ended.
    pub(crate) fn lapse(&mut self, now: Timestamp, news: &mut News) {
        while self.ends.first().is_some_and(|(at, _)| *at <= now)
            && let Some((at, id)) = self.ends.pop_first()
        {
            let open = |view: &&ConsentView| is_open(view.consent.status);
            if let Some(view) = self.by_id.get(&id).filter(open) {
                let status = Some(ConsentStatus::Expired);
                let subject = Subject { consent_status: status, ..Subject::consent(view) };
                news.tell(at, BankEvent::ConsentExpired, subject);
            }
        }
    }

    /// Clients that may see an account in this scope at `now`, each once, by id.
    pub(crate) fn clients_reading(&self, account: &str, scope: ConsentScope, now: Timestamp) -> Vec<String> {
        let reads = |view: &&ConsentView| {
            view.consent.scopes.contains(&scope)
                && view.consent.account_ids.iter().any(|covered| covered == account)
                && status_at(&view.consent, now) == ConsentStatus::Active
        };
        let clients: BTreeSet<&str> = self.by_id.values().filter(reads).map(|view| view.client_id.as_str()).collect();
        clients.into_iter().map(str::to_owned).collect()
    }

    /// Ids of the consents in force at `now`, of this client and account holder where they are named, oldest first.
    pub(crate) fn in_force(&self, client_id: Option<&str>, user: Option<&str>, now: Timestamp) -> Vec<String> {
        let fits = |view: &&ConsentView| {
            client_id.is_none_or(|client| view.client_id == client)
                && user.is_none_or(|user| view.user.as_deref() == Some(user))
                && status_at(&view.consent, now) == ConsentStatus::Active
        };
        let mut found: Vec<&ConsentView> = self.by_id.values().filter(fits).collect();
        found.sort_by_key(|view| (view.consent.created_at.at, view.consent.id.as_str()));
        found.into_iter().map(|view| view.consent.id.clone()).collect()
    }

    /// The bank says no before anybody is asked.
    pub(crate) fn refuse(
        &mut self,
        id: &str,
        (now, zone): (Timestamp, &TimeZone),
        news: &mut News,
    ) -> Result<(), Refusal> {
        let view = self.at(id, ConsentStatus::Awaiting, now)?;
        view.consent.status = ConsentStatus::Rejected;
        view.changed_at = local::instant(now, zone);
        news.tell(now, BankEvent::ConsentRejected, Subject::consent(view));
        Ok(())
    }

    /// Nobody can decide about it yet.
    pub(crate) fn hold_back(&mut self, id: &str) {
        self.incomplete.insert(id.to_owned());
    }

    /// From now on somebody can.
    pub(crate) fn complete(&mut self, id: &str) {
        self.incomplete.remove(id);
    }

    fn awaiting(&mut self, id: &str, now: Timestamp) -> Result<&mut ConsentView, Refusal> {
        if self.incomplete.contains(id) {
            return Err(Refusal::ConsentIncomplete(id.to_owned()));
        }
        self.at(id, ConsentStatus::Awaiting, now)
    }

    /// A consent that is where it must be for what is to happen to it.
    fn at(&mut self, id: &str, wanted: ConsentStatus, now: Timestamp) -> Result<&mut ConsentView, Refusal> {
        let view = self.by_id.get_mut(id).ok_or_else(|| Refusal::UnknownConsent(id.to_owned()))?;
        let status = status_at(&view.consent, now);
        if status == wanted { Ok(view) } else { Err(Refusal::ConsentDecided { consent: id.to_owned(), status }) }
    }
}

/// `true` while time, or somebody, can still end it.
fn is_open(status: ConsentStatus) -> bool {
    matches!(status, ConsentStatus::Awaiting | ConsentStatus::PartiallyAuthorised | ConsentStatus::Active)
}

/// Time ends a consent without anybody acting, so its end is computed, never stored.
fn status_at(consent: &Consent, now: Timestamp) -> ConsentStatus {
    let over = consent.expires_at.is_some_and(|expires| expires.at <= now);
    if over && is_open(consent.status) { ConsentStatus::Expired } else { consent.status }
}
