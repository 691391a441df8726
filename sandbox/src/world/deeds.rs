//! What scenarios make happen at the banks of a world, on events and by the clock.
//!
//! Owns carrying deeds out. A deed that cannot be done (an account that does not exist) is told, never a panic: the file
//! was right, the world is another.

use std::sync::Arc;

use bank_fixtures::money::Money;
use jiff::Timestamp;

use super::agenda::Timer;
use super::{BankInstance, World};
use crate::bank::{Refusal, Subject};
use crate::fault::{ConsentEnd, Provenance};
use crate::journal::{Did, Entry};
use crate::scenario::{Deed, Deeds, Occurrence, Posting, Which, Who};

/// The event that deeds follow on.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct About {
    pub(crate) bank: Arc<str>,
    pub(crate) subject: Subject,
    /// Number of the change of its entity; nothing for an event of the scenario's own.
    pub(crate) version: Option<u64>,
}

/// Why deeds are done.
#[derive(Debug, Clone)]
pub(crate) struct Cause {
    /// The event they follow on; nothing for an item of the timeline.
    pub(crate) event: Option<Arc<str>>,
    pub(crate) because: Provenance,
}

/// A timer that fired.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fired {
    /// When.
    pub at: Timestamp,
    /// The rule or item of the timeline.
    pub by: Arc<str>,
    /// What was done, as written.
    pub what: Arc<str>,
    /// Why it could not be done, if it could not.
    pub trouble: Option<String>,
}

/// Why a deed could not be done.
#[derive(Debug, thiserror::Error)]
enum Trouble {
    #[error(transparent)]
    Refused(#[from] Refusal),
    #[error("no bank of this world has the account `{0}`")]
    NoAccount(String),
    #[error("no bank of this world has an account of `{0}`")]
    NoAccountOf(String),
    #[error("the event is not about an account")]
    NotAboutAnAccount,
    #[error("the amount is not one of the account's currency: {0}")]
    Amount(String),
}

/// Events that follow on one another at one instant; more is a circle.
const LONGEST_CHAIN: usize = 32;

/// Everything that was done in one turn.
#[derive(Debug, Default)]
pub(super) struct Done {
    pub(super) fired: Vec<Fired>,
    /// How far the clock is to leap.
    pub(super) leap: std::time::Duration,
    chain: usize,
}

impl World {
    /// Something happened: phases that wait for it end, and rules about it fire.
    pub(super) fn occur(&self, name: &str, at: Timestamp, about: Option<&Arc<About>>, done: &mut Done) {
        let engine = self.engine();
        engine.happened(name);
        let subject = about.map(|about| &about.subject);
        let reactions = self.reactor.load().react(Occurrence { name, at, subject }, &engine);
        for reaction in reactions {
            for (deeds, because) in reaction.deeds {
                self.order(Cause { event: Some(name.into()), because }, &deeds, about, at, done);
            }
        }
    }

    /// Does what a rule or the timeline orders, now or when its time has come.
    pub(super) fn order(
        &self,
        cause: Cause,
        deeds: &Arc<Deeds>,
        about: Option<&Arc<About>>,
        at: Timestamp,
        done: &mut Done,
    ) {
        if deeds.after.is_zero() {
            return self.carry_out(cause, deeds, about, at, done);
        }
        let due = at.saturating_add(deeds.after).unwrap_or(Timestamp::MAX);
        let timer = Timer::Deeds { cause: Box::new(cause), deeds: Arc::clone(deeds), about: about.cloned() };
        self.agenda.plan(due, timer);
    }

    /// Does what a rule or the timeline ordered, and remembers it.
    pub(super) fn carry_out(
        &self,
        cause: Cause,
        deeds: &Deeds,
        about: Option<&Arc<About>>,
        at: Timestamp,
        done: &mut Done,
    ) {
        let by: Arc<str> = cause.because.rule.as_str().into();
        let (mut trouble, mut touched, mut emitted) = (None, Vec::new(), Vec::new());
        for deed in &deeds.list {
            match deed {
                Deed::Emit(name) => emitted.push(Arc::clone(name)),
                Deed::Advance(by) => done.leap = done.leap.saturating_add(*by),
                deed => {
                    if let Err(error) = self.perform(deed, about, at, &mut touched) {
                        tracing::warn!(%by, what = %deeds.words, %error, "a scenario's deed could not be done");
                        trouble = Some(error.to_string());
                    }
                }
            }
        }
        self.write_down(cause, deeds, about, at, touched, trouble.clone());
        done.fired.push(Fired { at, by: Arc::clone(&by), what: Arc::clone(&deeds.words), trouble });
        for name in emitted {
            if done.chain >= LONGEST_CHAIN {
                tracing::warn!(%by, event = %name, "events follow on one another in a circle; the last one is dropped");
                return;
            }
            done.chain += 1;
            self.occur(&name, at, about, done);
            done.chain -= 1;
        }
    }

    /// Writes into the journal what was done, so that whoever wonders later why a consent is gone finds it.
    fn write_down(
        &self,
        cause: Cause,
        deeds: &Deeds,
        about: Option<&Arc<About>>,
        at: Timestamp,
        touched: Vec<String>,
        trouble: Option<String>,
    ) {
        let subject = about.map(|about| about.subject.clone()).unwrap_or_default();
        let entity = subject.entity().to_owned();
        let did = Did {
            event: cause.event,
            kinds: deeds.list.iter().map(Deed::kind).collect(),
            entity: Some(entity).filter(|entity| !entity.is_empty()),
            version: about.and_then(|about| about.version),
            user: subject.user,
            consent_id: subject.consent_id,
            touched,
            trouble,
        };
        let entry = Entry {
            bank: about.map(|about| Arc::clone(&about.bank)),
            client_id: subject.client_id,
            account_id: subject.account_id,
            decisions: vec![cause.because],
            ..Entry::of_deed(did, at)
        };
        let journal = self.journal();
        journal.close(journal.open(), entry);
    }

    /// `touched` learns what was changed, by its id.
    fn perform(
        &self,
        deed: &Deed,
        about: Option<&Arc<About>>,
        at: Timestamp,
        touched: &mut Vec<String>,
    ) -> Result<(), Trouble> {
        match deed {
            Deed::Payment(end) => {
                let payment = about.and_then(|about| Some((about, about.subject.payment.as_ref()?)));
                if let Some((about, payment)) = payment
                    && let Some(bank) = self.bank(&about.bank)
                {
                    bank.ledger.overrule_payment(&payment.id, end.into(), at)?;
                    touched.push(payment.id.clone());
                }
            }
            Deed::Consent(end, who) => self.end_consents(*end, who, about, at, touched)?,
            Deed::Account(status, which) => {
                let (bank, account) = self.account(which, about)?;
                bank.ledger.set_account(&account, *status, at)?;
                touched.push(account);
            }
            Deed::RotateKeys => self.banks().iter().for_each(|bank| bank.auth.rotate_signing_key()),
            Deed::SwitchSigning(algorithm) => {
                self.banks().iter().for_each(|bank| bank.auth.switch_signing_algorithm(*algorithm));
            }
            Deed::Maintenance(length) => self.agenda.maintain(at.saturating_add(*length).unwrap_or(Timestamp::MAX)),
            Deed::Post(posting) => touched.extend(self.post(posting, about, at)?),
            Deed::Set(variables) => self.engine().set(variables),
            Deed::Webhook(kind) => {
                let subject = about.map(|about| about.subject.clone()).unwrap_or_default();
                // What the payment is now, not what it was when the event came about.
                let subject = self.current(subject, about, at);
                let version = about.and_then(|about| about.version);
                self.push(kind, about.map(|about| &about.bank), &subject, version, at);
            }
            // Done by the caller.
            Deed::Emit(_) | Deed::Advance(_) => {}
        }
        Ok(())
    }

    /// The subject of an event with the payment as it stands.
    fn current(&self, mut subject: Subject, about: Option<&Arc<About>>, at: Timestamp) -> Subject {
        let bank = about.and_then(|about| self.bank(&about.bank));
        if let Some((payment, bank)) = subject.payment.as_mut().zip(bank)
            && let Some(now) = bank.ledger.payment(&payment.id, at)
        {
            **payment = now;
        }
        subject
    }

    fn end_consents(
        &self,
        end: ConsentEnd,
        who: &Who,
        about: Option<&Arc<About>>,
        at: Timestamp,
        touched: &mut Vec<String>,
    ) -> Result<(), Refusal> {
        let mut one = |bank: &BankInstance, id: &str| {
            bank.turn_consent(id, end, at)?;
            touched.push(id.to_owned());
            Ok(())
        };
        let subject = about.map(|about| &about.subject);
        if *who == Who::default()
            && let Some((about, id)) = about.zip(subject.and_then(|subject| subject.consent_id.as_ref()))
        {
            return self.bank(&about.bank).map_or(Ok(()), |bank| one(&bank, id));
        }
        // Nobody is named: those of the event, if it has any.
        let of_event = |named: &Option<String>, other: Option<&String>| named.clone().or_else(|| other.cloned());
        let client = of_event(&who.client, subject.and_then(|subject| subject.client_id.as_ref()));
        let user = of_event(&who.user, subject.and_then(|subject| subject.user.as_ref()));
        for bank in self.banks() {
            for id in bank.ledger.consents_in_force(client.as_deref(), user.as_deref(), at) {
                one(bank, &id)?;
            }
        }
        Ok(())
    }

    /// The id of the entry.
    fn post(&self, posting: &Posting, about: Option<&Arc<About>>, at: Timestamp) -> Result<Option<String>, Trouble> {
        let (bank, account) = self.account(&posting.which, about)?;
        let held = bank.ledger.account(&account).and_then(|account| account.currency);
        let Some(currency) = posting.currency.or(held) else {
            return Err(Trouble::Amount("the account is held in several; name one".to_owned()));
        };
        let amount = Money::parse(&posting.amount.to_string(), currency);
        let amount = amount.map_err(|error| Trouble::Amount(error.to_string()))?;
        Ok(bank.ledger.post_entry(&account, amount, posting.description.as_deref(), at)?.id)
    }

    /// The account deeds name, and the bank that has it.
    fn account(&self, which: &Which, about: Option<&Arc<About>>) -> Result<(Arc<BankInstance>, String), Trouble> {
        if let Some(user) = &which.user {
            let first = |bank: &Arc<BankInstance>| {
                let accounts = bank.ledger.accounts_of_user(user);
                Some((Arc::clone(bank), accounts.first()?.id.clone()))
            };
            return self.banks().iter().find_map(first).ok_or_else(|| Trouble::NoAccountOf(user.clone()));
        }
        let of_event = || about.and_then(|about| about.subject.account_id.clone());
        let id = which.account.clone().or_else(of_event).ok_or(Trouble::NotAboutAnAccount)?;
        let has = |bank: &&Arc<BankInstance>| bank.ledger.book().account(&id).is_some();
        let bank = self.banks().iter().find(has).cloned();
        bank.map(|bank| (bank, id.clone())).ok_or(Trouble::NoAccount(id))
    }
}
