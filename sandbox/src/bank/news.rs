//! What happened at a bank, in the order in which it became so, for whoever listens.
//!
//! Owns the names of events and the numbering of an entity's changes: a number is given where the change is committed, so
//! that what is delivered late or twice can still be put in order. Entries of the procedural book are no events: they were
//! always there.

use std::collections::HashMap;

use bank_fixtures::record::{ConsentStatus, Payment, PaymentStatus};
use jiff::Timestamp;

use super::ConsentView;

macro_rules! bank_events {
    ($($variant:ident = $name:literal, $about:literal;)*) => {
        /// What can happen at a bank.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum BankEvent { $(#[doc = $about] $variant,)* }

        /// Every event with its name in scenarios and one line about it.
        pub const BANK_EVENTS: &[(BankEvent, &str, &str)] = &[$((BankEvent::$variant, $name, $about),)*];
    };
}

bank_events! {
    ConsentCreated = "consent.created", "a client asked for a consent";
    ConsentPartiallyAuthorised = "consent.partially_authorised", "one account holder agreed, another has to";
    ConsentAuthorised = "consent.authorised", "the account holder agreed";
    ConsentRejected = "consent.rejected", "the account holder said no";
    ConsentRevoked = "consent.revoked", "the account holder, the bank or the client ended the consent";
    ConsentConsumed = "consent.consumed", "a consent for one use was used";
    ConsentExpired = "consent.expired", "the consent's time is over";
    PaymentReceived = "payment.received", "an order was taken";
    PaymentScheduled = "payment.scheduled", "the order waits for its day";
    PaymentAccepted = "payment.accepted", "the bank's checks passed; the money is set aside";
    PaymentHeld = "payment.held", "the bank holds the order for review";
    PaymentInClearing = "payment.in_clearing", "the order went to the clearing";
    PaymentDebited = "payment.debited", "the order is booked";
    PaymentRejected = "payment.rejected", "the bank refused an order it had taken";
    PaymentCancelled = "payment.cancelled", "the order was cancelled";
    PaymentReturned = "payment.returned", "the money of a booked order came back";
    TransactionPosted = "transaction.posted", "an entry was posted out of nothing";
    TransactionBooked = "transaction.booked", "a leg of a payment was booked";
    AccountChanged = "account.changed", "an account was closed, blocked or opened again";
    TokenIssued = "token.issued", "the token endpoint gave a client an access token";
}

/// Something that happened at the bank.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Happened {
    /// When.
    pub at: Timestamp,
    /// What.
    pub event: BankEvent,
    /// Number of this change of its entity, from 1.
    pub version: u64,
    /// To what and to whom.
    pub subject: Subject,
}

/// What an event is about; what has nothing to do with it is `None`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Subject {
    /// The client.
    pub client_id: Option<String>,
    /// The account holder.
    pub user: Option<String>,
    /// The consent.
    pub consent_id: Option<String>,
    /// What the consent was then, where the event is about it.
    pub consent_status: Option<ConsentStatus>,
    /// The account.
    pub account_id: Option<String>,
    /// The payment as it was then.
    pub payment: Option<Box<Payment>>,
    /// The entry.
    pub transaction_id: Option<String>,
}

/// Events that nobody has taken yet, and how often each entity has changed.
#[derive(Debug, Clone, Default)]
pub(crate) struct News {
    waiting: Vec<Happened>,
    versions: HashMap<String, u64>,
}

impl BankEvent {
    /// The name in scenarios.
    pub fn name(self) -> &'static str {
        let row = BANK_EVENTS.iter().find(|row| row.0 == self);
        row.expect("the table is made from the variants").1
    }

    /// What a payment that reached a status is told as.
    pub(crate) fn of_payment(status: PaymentStatus) -> BankEvent {
        match status {
            PaymentStatus::Scheduled => BankEvent::PaymentScheduled,
            PaymentStatus::InClearing => BankEvent::PaymentInClearing,
            PaymentStatus::Debited | PaymentStatus::Credited => BankEvent::PaymentDebited,
            PaymentStatus::Rejected => BankEvent::PaymentRejected,
            PaymentStatus::Cancelled => BankEvent::PaymentCancelled,
            PaymentStatus::Returned => BankEvent::PaymentReturned,
            PaymentStatus::AcceptedChecks => BankEvent::PaymentAccepted,
            PaymentStatus::PendingReview => BankEvent::PaymentHeld,
            _ => BankEvent::PaymentReceived,
        }
    }
}

impl Subject {
    /// A consent and whom it binds.
    pub(crate) fn consent(view: &ConsentView) -> Subject {
        Subject {
            client_id: Some(view.client_id.clone()),
            user: view.user.clone(),
            consent_id: Some(view.consent.id.clone()),
            consent_status: Some(view.consent.status),
            ..Subject::default()
        }
    }

    /// Id of the entity that changed.
    pub fn entity(&self) -> &str {
        let payment = self.payment.as_ref().map(|payment| payment.id.as_str());
        let ids = [payment, self.transaction_id.as_deref(), self.consent_id.as_deref(), self.account_id.as_deref()];
        ids.into_iter().flatten().next().unwrap_or_default()
    }
}

impl News {
    pub(crate) fn tell(&mut self, at: Timestamp, event: BankEvent, subject: Subject) {
        let version = self.versions.entry(subject.entity().to_owned()).or_default();
        *version += 1;
        self.waiting.push(Happened { at, event, version: *version, subject });
    }

    /// Everything not taken yet, oldest first.
    pub(crate) fn take(&mut self) -> Vec<Happened> {
        let mut taken = std::mem::take(&mut self.waiting);
        taken.sort_by_key(|happened| happened.at);
        taken
    }
}
