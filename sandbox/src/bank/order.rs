//! Payment orders: who ordered what, under which key, and how far each has come.
//!
//! Owns the records, the idempotency keys and the timetable of steps. Moving money is the ledger's business.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use bank_fixtures::money::Amount;
use bank_fixtures::record::{AccountIdentifier, Instant, Payment, PaymentReason, PaymentShade, PaymentStatus};
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

use crate::bank::activity::HoldId;
use crate::bank::standing_order::Standing;
use crate::bank::{Fate, PaymentTerms, Refusal};

/// What a client asks the bank to pay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPayment {
    /// Account to debit.
    pub debtor_account_id: String,
    /// Who is paid.
    pub creditor_name: String,
    /// Where.
    pub creditor_account: AccountIdentifier,
    /// How much, positive.
    pub amount: Amount,
    /// Text for the creditor.
    pub reference: Option<String>,
    /// End-to-end id.
    pub end_to_end_id: Option<String>,
    /// Day of execution; at once if `None`.
    pub requested_on: Option<Date>,
}

/// What became of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentOutcome {
    /// The payment as it stands.
    pub payment: Payment,
    /// `true` if the key came before with the same order: nothing new was booked.
    pub replayed: bool,
}

/// Who orders.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Orderer<'a> {
    /// The client.
    pub client_id: &'a str,
    /// The account holder for whom it acts.
    pub user: &'a str,
}

/// How to look orders up. An empty search finds all.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct OrderSearch {
    /// By the key they were ordered under.
    pub idempotency_key: Option<String>,
    /// By the end-to-end id given.
    pub end_to_end_id: Option<String>,
}

/// An order and whose it is.
#[derive(Debug, Clone)]
pub(crate) struct Order {
    pub payment: Payment,
    pub asked: NewPayment,
    pub client_id: String,
    pub user: String,
    pub idempotency_key: String,
    pub hold: Option<HoldId>,
    pub terms: PaymentTerms,
    /// What becomes of it once it is executed, if that was decided before.
    pub fate: Option<Fate>,
    /// A finer place than its status says.
    pub shade: Option<PaymentShade>,
    /// How far it has come, if it is a standing order.
    pub standing: Option<Standing>,
    step: Option<(Timestamp, u64)>,
    taken: Timestamp,
    /// What it was when it was taken, and nothing had become of it.
    first: PaymentStatus,
    /// What has become of it, oldest first.
    past: Vec<Turn>,
}

/// A status an order came to.
#[derive(Debug, Clone)]
struct Turn {
    at: Timestamp,
    status: PaymentStatus,
    shown: Instant,
    reason: Option<PaymentReason>,
}

/// What the bank does next with an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// The day asked for has come.
    Execute,
    /// It goes to the clearing.
    Clear,
    /// Both legs are booked.
    Book,
    /// The other side has the money.
    Credit,
    /// A standing order is in the bank's books.
    SetUp,
    /// A standing order pays.
    Pay,
    /// Nobody agreed in time to an order that waits for another account holder.
    GiveUp,
}

/// Every order of one bank.
#[derive(Debug, Clone, Default)]
pub(crate) struct Orders {
    orders: Vec<Order>,
    by_id: HashMap<String, usize>,
    by_client: HashMap<String, ClientOrders>,
    /// Steps to come, in order of time and then of their making.
    due: BTreeMap<(Timestamp, u64), (usize, Step)>,
    steps_made: u64,
}

#[derive(Debug, Clone, Default)]
struct ClientOrders {
    /// Oldest first.
    orders: Vec<usize>,
    /// Key and the instant it was first used.
    by_key: HashMap<String, (usize, Timestamp)>,
}

impl Orders {
    /// The order already made under a key, if the key is still alive.
    ///
    /// # Errors
    /// The key came with another order.
    pub(crate) fn replay(
        &self,
        who: Orderer<'_>,
        key: &str,
        asked: &NewPayment,
        now: Timestamp,
    ) -> Result<Option<&Payment>, Refusal> {
        let used = self.by_client.get(who.client_id).and_then(|client| client.by_key.get(key));
        let Some((position, _)) = used.filter(|(_, since)| now.duration_since(*since) < KEY_LIFETIME) else {
            return Ok(None);
        };
        let order = &self.orders[*position];
        if order.user != who.user || order.asked != *asked {
            return Err(Refusal::KeyReused);
        }
        Ok(Some(&order.payment))
    }

    /// How many orders a client has made.
    pub(crate) fn count_of(&self, client_id: &str) -> u64 {
        self.by_client.get(client_id).map_or(0, |client| client.orders.len() as u64)
    }

    pub(crate) fn add(
        &mut self,
        who: Orderer<'_>,
        key: &str,
        (asked, terms): (NewPayment, PaymentTerms),
        payment: Payment,
        now: Timestamp,
    ) -> usize {
        let position = self.orders.len();
        self.by_id.insert(payment.id.clone(), position);
        let client = self.by_client.entry(who.client_id.to_owned()).or_default();
        client.orders.push(position);
        client.by_key.insert(key.to_owned(), (position, now));
        let first = payment.status;
        self.orders.push(Order {
            payment,
            asked,
            client_id: who.client_id.to_owned(),
            user: who.user.to_owned(),
            idempotency_key: key.to_owned(),
            hold: None,
            standing: terms.recurrence.clone().map(Standing::new),
            terms,
            fate: None,
            shade: None,
            step: None,
            taken: now,
            first,
            past: Vec::new(),
        });
        position
    }

    /// The payments out of an account whose day is still to come, with the instants they are executed at.
    pub(crate) fn waiting_of(&self, account_id: &str) -> impl Iterator<Item = (Timestamp, &Payment)> {
        let waiting = self.due.iter().filter(|(_, (_, step))| *step == Step::Execute);
        let payments = waiting.map(|((at, _), (order, _))| (*at, &self.orders[*order].payment));
        // What came after a cut-off waits, too, and nobody ordered it for a day.
        payments.filter(move |(_, payment)| payment.debtor_account_id == account_id && payment.requested_date.is_some())
    }

    /// The standing orders out of an account, oldest first.
    pub(crate) fn standing_of(&self, account_id: &str) -> impl Iterator<Item = (&Payment, &Standing)> {
        let own = self.orders.iter().filter(move |order| order.payment.debtor_account_id == account_id);
        own.filter_map(|order| order.standing.as_ref().map(|standing| (&order.payment, standing)))
    }

    /// Orders that wait until another account holder agrees to their consent.
    pub(crate) fn waiting_for(&self, consent_id: &str) -> Vec<usize> {
        let waits = |order: &Order| {
            order.payment.status == PaymentStatus::PartiallyAuthorised
                && order.terms.second.as_ref().is_some_and(|second| second.consent_id == consent_id)
        };
        (0..self.orders.len()).filter(|position| waits(&self.orders[*position])).collect()
    }

    /// Any order by its id, whoever ordered it.
    pub(crate) fn known(&self, id: &str) -> Result<usize, Refusal> {
        self.by_id.get(id).copied().ok_or_else(|| Refusal::UnknownPayment(id.to_owned()))
    }

    /// When the next step is due.
    pub(crate) fn next_at(&self) -> Option<Timestamp> {
        self.due.first_key_value().map(|((at, _), _)| *at)
    }

    pub(crate) fn order(&self, position: usize) -> &Order {
        &self.orders[position]
    }

    pub(crate) fn order_mut(&mut self, position: usize) -> &mut Order {
        &mut self.orders[position]
    }

    /// An order of this client and account holder by its id.
    pub(crate) fn find(&self, who: Orderer<'_>, id: &str) -> Result<usize, Refusal> {
        let position = self.by_id.get(id).copied();
        let own = |order: &Order| order.client_id == who.client_id && order.user == who.user;
        position.filter(|position| own(&self.orders[*position])).ok_or_else(|| Refusal::UnknownPayment(id.to_owned()))
    }

    /// The orders of a client for an account holder, newest first, each with its number among the client's; with
    /// `before`, only those with a lower number.
    pub(crate) fn search<'a>(
        &'a self,
        who: Orderer<'a>,
        search: &'a OrderSearch,
        before: Option<u64>,
    ) -> impl Iterator<Item = (u64, &'a Order)> {
        let positions = self.by_client.get(who.client_id).map_or(&[][..], |client| &client.orders);
        let end = before.map_or(positions.len(), |before| positions.len().min(before as usize));
        let fits = move |(_, order): &(u64, &Order)| {
            order.user == who.user
                && search.idempotency_key.as_ref().is_none_or(|key| order.idempotency_key == *key)
                && search.end_to_end_id.as_ref().is_none_or(|id| order.payment.end_to_end_id.as_ref() == Some(id))
        };
        let numbered = positions[..end].iter().enumerate();
        numbered.rev().map(|(number, position)| (number as u64, &self.orders[*position])).filter(fits)
    }

    /// Plans the next step of an order; the one planned before, if any, is forgotten.
    pub(crate) fn plan(&mut self, position: usize, step: Step, at: Timestamp) {
        self.unplan(position);
        self.steps_made += 1;
        let key = (at, self.steps_made);
        self.due.insert(key, (position, step));
        self.orders[position].step = Some(key);
    }

    pub(crate) fn unplan(&mut self, position: usize) {
        if let Some(key) = self.orders[position].step.take() {
            self.due.remove(&key);
        }
    }

    /// `true` if a step's time has come.
    pub(crate) fn is_due(&self, now: Timestamp) -> bool {
        self.due.first_key_value().is_some_and(|((at, _), _)| *at <= now)
    }

    /// Takes the earliest step whose time has come.
    pub(crate) fn next_due(&mut self, now: Timestamp) -> Option<(Timestamp, usize, Step)> {
        let next = self.due.first_entry().filter(|entry| entry.key().0 <= now)?;
        let ((at, _), (position, step)) = next.remove_entry();
        self.orders[position].step = None;
        Some((at, position, step))
    }
}

impl Order {
    /// Comes to a status; `shown` is the instant as the bank states it.
    pub(crate) fn set(&mut self, status: PaymentStatus, at: Timestamp, shown: Instant, reason: Option<PaymentReason>) {
        self.past.push(Turn { at, status, shown, reason: reason.clone() });
        self.payment.status = status;
        self.payment.updated_at = shown;
        self.payment.reason = reason;
        self.shade = None;
    }

    /// What leaves the account, in its own currency.
    pub(crate) fn debited(&self) -> Amount {
        self.terms.exchange.as_ref().map_or(self.payment.amount, |exchange| exchange.debited)
    }

    /// What arrives at the other side.
    pub(crate) fn transferred(&self) -> Amount {
        self.terms.exchange.as_ref().map_or(self.payment.amount, |exchange| exchange.transferred)
    }

    /// The payment as it stood at an instant, with the statuses it had before, each since when; nothing before it was taken.
    pub(crate) fn as_of(&self, at: Timestamp) -> Option<(Payment, Vec<(PaymentStatus, Instant)>)> {
        if self.taken > at {
            return None;
        }
        let known = self.past.partition_point(|turn| turn.at <= at);
        let mut payment =
            Payment { status: self.first, reason: None, updated_at: self.payment.created_at, ..self.payment.clone() };
        let mut earlier = Vec::new();
        if self.past.first().is_none_or(|turn| turn.shown != payment.created_at) {
            // It stood there for a while first: it waited for its day.
            earlier.push((payment.status, payment.created_at));
        }
        earlier.extend(self.past[..known].iter().map(|turn| (turn.status, turn.shown)));
        if let Some(now) = self.past[..known].last() {
            (payment.status, payment.updated_at) = (now.status, now.shown);
            payment.reason.clone_from(&now.reason);
        }
        earlier.pop();
        Some((payment, earlier))
    }
}

/// How long a key replays.
const KEY_LIFETIME: SignedDuration = SignedDuration::from_hours(24);

/// The instant a while after another.
pub(crate) fn later(at: Timestamp, wait: Duration) -> Timestamp {
    at.saturating_add(wait).unwrap_or(Timestamp::MAX)
}
