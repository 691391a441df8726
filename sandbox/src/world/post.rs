//! The post of a world: which messages follow on what happens, and what rules make of them.
//!
//! Owns the order of messages. Attempts of one world go out one after the other ([`courier`](super::courier)), so that the
//! order on the wire is the order decided here; the journal keeps both the order of the events and that of the attempts.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bank_fixtures::record::ConsentScope;
use bank_fixtures::seed::Seed;
use jiff::Timestamp;
use parking_lot::Mutex;
use tokio::runtime::Handle;
use tokio::sync::Notify;

use super::agenda::{Agenda, Timer};
use super::courier::{Word, carry};
use super::{BankInstance, World};
use crate::bank::{BankEvent, Happened, Subject, local};
use crate::clock;
use crate::scenario::{DeliverRule, Source};
use crate::webhook::{Delivery, Endpoint, Message, Notice, Notification, Retry, Signature};

/// Messages on their way.
#[derive(Debug, Default)]
pub(crate) struct Post {
    pub(super) state: Mutex<State>,
    /// A task makes attempts.
    pub(super) busy: AtomicBool,
    pub(super) idle: Notify,
}

#[derive(Debug, Clone, Default)]
pub(super) struct State {
    /// Attempts whose time has come.
    pub(super) queue: VecDeque<Delivery>,
    /// Messages so far.
    truth: u64,
    /// Attempts so far.
    pub(super) attempts: u64,
    /// Messages each rule was about.
    by_rule: HashMap<Arc<str>, u64>,
    /// Messages that a rule gathers, and how many windows it has closed.
    windows: HashMap<Arc<str>, (Vec<Delivery>, u64)>,
    /// The last messages sent, for a rule that sends old ones again.
    sent: VecDeque<Delivery>,
}

/// Most attempts that wait; more are given up and told so in the journal.
const QUEUE_LIMIT: usize = 10_000;
/// Messages remembered for being sent again.
const SENT_LIMIT: usize = 50;

impl Post {
    /// The post of a copy of the world: an attempt that has not begun is made by the copy too, when its `agenda` says so.
    pub(super) fn fork(&self, agenda: &Agenda) -> Post {
        let mut state = self.state.lock().clone();
        for delivery in state.queue.drain(..) {
            agenda.plan(delivery.due, Timer::Delivery(Box::new(delivery)));
        }
        Post { state: Mutex::new(state), ..Post::default() }
    }
}

impl World {
    /// Tells whoever registered for it.
    pub(super) fn notify(&self, slug: &Arc<str>, happened: &Happened) {
        let Some(bank) = self.bank(slug).filter(|bank| !bank.webhooks.is_empty()) else { return };
        let Some(kind) = kind(happened.event) else { return };
        let subject = &happened.subject;
        let clients = match (&subject.client_id, &subject.account_id) {
            _ if kind == "transaction.posted" => {
                let account = subject.account_id.as_deref().unwrap_or_default();
                bank.ledger.clients_reading(account, ConsentScope::Transactions, happened.at)
            }
            (Some(client), _) => vec![client.clone()],
            _ => return,
        };
        for client in &clients {
            if bank.webhooks.mailboxes().takes(client, kind) {
                self.deposit(&bank, client, kind, happened);
            }
        }
        for endpoint in bank.webhooks.all() {
            let wanted = endpoint.kinds.is_empty() || endpoint.kinds.iter().any(|wanted| wanted == kind);
            if wanted && clients.contains(&endpoint.client_id) {
                self.queue(&bank, endpoint, kind, subject, Some(happened.version), happened.at);
            }
        }
    }

    /// Sends a message of any kind about an event, to its client or, if it has none, to everybody.
    pub(super) fn push(
        &self,
        kind: &str,
        slug: Option<&Arc<str>>,
        subject: &Subject,
        version: Option<u64>,
        at: Timestamp,
    ) {
        for bank in self.banks().iter().filter(|bank| slug.is_none_or(|slug| bank.slug == *slug)) {
            for endpoint in bank.webhooks.all() {
                if subject.client_id.as_ref().is_none_or(|client| *client == endpoint.client_id) {
                    self.queue(bank, endpoint, kind, subject, version, at);
                }
            }
        }
    }

    /// Puts what happened into the box of a client that fetches its messages.
    fn deposit(&self, bank: &Arc<BankInstance>, client: &str, kind: &str, happened: &Happened) {
        let (id, _) = self.post.state.lock().next(self.seed, bank);
        let further = (Some(happened.version), happened.at, &**bank);
        let notification = about(&id, (client, kind), &happened.subject, further);
        if let Some(notice) = bank.dialect.notification(&notification, bank) {
            let text = String::from_utf8_lossy(&notice.body).into_owned();
            bank.webhooks.mailboxes().put(client, id, text);
        }
    }

    fn queue(
        &self,
        bank: &Arc<BankInstance>,
        endpoint: Arc<Endpoint>,
        kind: &str,
        subject: &Subject,
        version: Option<u64>,
        at: Timestamp,
    ) {
        let mut state = self.post.state.lock();
        let (id, truth) = state.next(self.seed, bank);
        let told = (endpoint.client_id.as_str(), kind);
        let Some(notice) = bank.dialect.notification(&about(&id, told, subject, (version, at, bank)), bank) else {
            return;
        };
        let Notice { body, headers } = notice;
        let entity = subject.entity().to_owned();
        let (bank, kind) = (Arc::clone(&bank.slug), kind.to_owned());
        let message = Arc::new(Message { bank, endpoint, id, kind, entity, version, truth, body, headers });
        let first = Delivery {
            message,
            copy: 1,
            attempt: 1,
            due: at,
            signature: Signature::Good,
            retry: Retry::BANK,
            forgery: None,
            because: Arc::default(),
        };
        match self.deliver_rule(&first.message) {
            None => {
                drop(state);
                self.dispatch(first);
            }
            Some(rule) => {
                let n = state.by_rule.entry(Arc::clone(&rule.name)).or_default();
                *n += 1;
                let n = *n;
                drop(state);
                self.shape(&rule, n, first);
            }
        }
    }

    fn deliver_rule(&self, message: &Message) -> Option<Arc<DeliverRule>> {
        let reactor = self.reactor.load();
        let engine = self.engine();
        let in_force = |rule: &&Arc<DeliverRule>| engine.admits(rule.disabled, &rule.switches);
        let mut rules = reactor.scenario()?.deliveries().iter().filter(in_force);
        rules.find(|rule| rule.applies(&message.endpoint.client_id, &message.kind)).cloned()
    }

    fn source(&self) -> Source {
        let reactor = self.reactor.load();
        Source { seed: self.seed, scenario: reactor.scenario().map_or("", |scenario| scenario.name()).into() }
    }

    /// Lets a rule decide what becomes of a message.
    fn shape(&self, rule: &DeliverRule, n: u64, first: Delivery) {
        let fate = rule.fate(&self.source(), n);
        let first = Delivery { retry: rule.retry.unwrap_or(first.retry), because: fate.because, ..first };
        if fate.copies.is_empty() {
            self.remember(&first, None, Word::Dropped);
        }
        let due = first.due.saturating_add(fate.delay).unwrap_or(Timestamp::MAX);
        let copies = (1u32..).zip(fate.copies).map(|(copy, (signature, because))| Delivery {
            copy,
            signature,
            due,
            because,
            ..first.clone()
        });
        let mut deliveries: Vec<Delivery> = copies.collect();
        deliveries.extend(rule.forge.iter().map(|forgery| forgery.of(&Delivery { due, ..first.clone() })));
        if let Some(because) = fate.replay
            && let Some(old) = self.post.state.lock().sent.front().cloned()
        {
            // The old one as it was, with its old time and signature: what a recorder would send.
            deliveries.push(Delivery { because, ..old });
        }
        match rule.window {
            None => {
                for delivery in deliveries {
                    if fate.delay.is_zero() {
                        self.dispatch(delivery);
                    } else {
                        self.agenda.plan(due, Timer::Delivery(Box::new(delivery)));
                    }
                }
            }
            Some((window, _)) => {
                let mut state = self.post.state.lock();
                let (gathered, _) = state.windows.entry(Arc::clone(&rule.name)).or_default();
                if gathered.is_empty() && !deliveries.is_empty() {
                    let end = due.saturating_add(window).unwrap_or(Timestamp::MAX);
                    self.agenda.plan(end, Timer::Window(Arc::clone(&rule.name)));
                }
                gathered.extend(deliveries);
            }
        }
    }

    /// A window is over: what it gathered goes out.
    pub(super) fn close_window(&self, name: &Arc<str>, at: Timestamp) {
        let (mut gathered, number) = {
            let mut state = self.post.state.lock();
            let Some((gathered, closed)) = state.windows.get_mut(name) else { return };
            *closed += 1;
            (std::mem::take(gathered), *closed)
        };
        let reactor = self.reactor.load();
        let rules = reactor.scenario().map(|scenario| scenario.deliveries()).unwrap_or_default();
        if let Some(rule) = rules.iter().find(|rule| rule.name == *name) {
            rule.arrange(&self.source(), number, &mut gathered);
        }
        for delivery in gathered {
            self.dispatch(Delivery { due: delivery.due.max(at), ..delivery });
        }
    }

    /// The time of an attempt has come.
    pub(super) fn dispatch(&self, delivery: Delivery) {
        {
            let mut state = self.post.state.lock();
            if state.queue.len() >= QUEUE_LIMIT {
                drop(state);
                return self.remember(&delivery, None, Word::GivenUp);
            }
            if delivery.attempt == 1 && delivery.forgery.is_none() {
                state.sent.push_back(delivery.clone());
                if state.sent.len() > SENT_LIMIT {
                    state.sent.pop_front();
                }
            }
            state.queue.push_back(delivery);
        }
        // An automatic clock waits for the answer.
        self.flights.fetch_add(1, Ordering::AcqRel);
        if self.post.busy.swap(true, Ordering::AcqRel) {
            return;
        }
        match Handle::try_current() {
            Ok(runtime) => drop(runtime.spawn(carry(self.this.clone()))),
            Err(_) => self.post.busy.store(false, Ordering::Release),
        }
    }

    /// Waits until no attempt is under way or waits, at most `limit` of real time; `false` if it took longer.
    pub(super) async fn post_settled(&self, limit: Duration) -> bool {
        let settled = async {
            loop {
                let idle = self.post.idle.notified();
                if !self.post.busy.load(Ordering::Acquire) {
                    return;
                }
                idle.await;
            }
        };
        clock::timeout(limit, settled).await.is_ok()
    }
}

impl State {
    /// Id and number of the next message of a bank.
    fn next(&mut self, seed: Seed, bank: &BankInstance) -> (String, u64) {
        self.truth += 1;
        (format!("evt_{}", seed.of("webhook").of(&bank.slug).at(self.truth).hex(10)), self.truth)
    }
}

/// An event as a client is told of it.
fn about<'a>(
    id: &'a str,
    (client_id, kind): (&'a str, &'a str),
    subject: &'a Subject,
    (version, at, bank): (Option<u64>, Timestamp, &BankInstance),
) -> Notification<'a> {
    Notification {
        id,
        client_id,
        kind,
        payment: subject.payment.as_ref().map(|payment| (payment.id.as_str(), payment.status)),
        consent: subject.consent_id.as_deref().zip(subject.consent_status),
        account_id: subject.account_id.as_deref(),
        transaction_id: subject.transaction_id.as_deref(),
        version,
        created_at: local::instant(at, bank.ledger.book().zone()),
    }
}

/// The kind of message that tells of an event; `None` where none does.
fn kind(event: BankEvent) -> Option<&'static str> {
    let name = event.name();
    match event {
        BankEvent::TransactionBooked | BankEvent::TransactionPosted => Some("transaction.posted"),
        // Before the answer to its order is out, nobody knows of a payment.
        BankEvent::AccountChanged | BankEvent::PaymentReceived | BankEvent::TokenIssued => None,
        _ if name.starts_with("payment.") => Some("payment.status"),
        _ => Some("consent.status"),
    }
}
