//! The post of a world: which messages follow on what happens, when each attempt is made, and what came of it.
//!
//! Owns the order of messages. Attempts of one world go out one after the other, so that the order on the wire is the
//! order decided here; the journal keeps both the order of the events and that of the attempts.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};
use std::time::Duration;

use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use bank_fixtures::record::ConsentScope;
use bytes::Bytes;
use jiff::Timestamp;
use parking_lot::Mutex;
use tokio::runtime::Handle;
use tokio::sync::Notify;

use super::agenda::{Agenda, Timer};
use super::{BankInstance, World};
use crate::bank::{BankEvent, Happened, Subject, local};
use crate::clock;
use crate::journal::{Answered, Ending, Entry, Packed, Told};
use crate::operation::Operation;
use crate::scenario::DeliverRule;
use crate::webhook::{self, Delivery, Endpoint, Message, Notification, Outcome, Retry, Signature};

/// Messages on their way.
#[derive(Debug, Default)]
pub(crate) struct Post {
    state: Mutex<State>,
    /// A task makes attempts.
    busy: AtomicBool,
    idle: Notify,
}

#[derive(Debug, Clone, Default)]
struct State {
    /// Attempts whose time has come.
    queue: VecDeque<Delivery>,
    /// Messages so far.
    truth: u64,
    /// Attempts so far.
    attempts: u64,
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

const ID: HeaderName = HeaderName::from_static("webhook-id");
const ATTEMPT: HeaderName = HeaderName::from_static("webhook-attempt");
const SIGNATURE: HeaderName = HeaderName::from_static("webhook-signature");

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
        state.truth += 1;
        let truth = state.truth;
        let id = format!("evt_{}", self.seed.of("webhook").of(&bank.slug).at(truth).hex(10));
        let notification = Notification {
            id: &id,
            kind,
            payment: subject.payment.as_ref().map(|payment| (payment.id.as_str(), payment.status)),
            consent: subject.consent_id.as_deref().zip(subject.consent_status),
            account_id: subject.account_id.as_deref(),
            transaction_id: subject.transaction_id.as_deref(),
            version,
            created_at: local::instant(at, bank.ledger.book().zone()),
        };
        let Some(body) = bank.dialect.notification(&notification) else { return };
        let entity = subject.entity().to_owned();
        let (bank, kind) = (Arc::clone(&bank.slug), kind.to_owned());
        let message = Arc::new(Message { bank, endpoint, id, kind, entity, version, truth, body });
        let first = Delivery {
            message,
            copy: 1,
            attempt: 1,
            due: at,
            signature: Signature::Good,
            retry: Retry::BANK,
            rule: None,
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

    fn rule_seed(&self, rule: &DeliverRule) -> bank_fixtures::seed::Seed {
        self.seed.of("deliver").of(&rule.name)
    }

    /// Lets a rule decide what becomes of a message.
    fn shape(&self, rule: &DeliverRule, n: u64, first: Delivery) {
        let fate = rule.fate(self.rule_seed(rule), n);
        let rule_name = Some(Arc::clone(&rule.name));
        let first = Delivery { retry: rule.retry.unwrap_or(first.retry), rule: rule_name, ..first };
        if fate.copies.is_empty() {
            self.remember(&first, None, Word::Dropped);
        }
        let due = first.due.saturating_add(fate.delay).unwrap_or(Timestamp::MAX);
        let copies = (1u32..).zip(&fate.copies).map(|(copy, signature)| Delivery {
            copy,
            signature: *signature,
            due,
            ..first.clone()
        });
        let mut deliveries: Vec<Delivery> = copies.collect();
        if fate.replay
            && let Some(old) = self.post.state.lock().sent.front().cloned()
        {
            // The old one as it was, with its old time and signature: what a recorder would send.
            deliveries.push(Delivery { rule: first.rule.clone(), ..old });
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
            rule.arrange(self.rule_seed(rule), number, &mut gathered);
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
            if delivery.attempt == 1 {
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
            Ok(runtime) => drop(runtime.spawn(carry(Weak::clone(&self.this)))),
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

    /// What came of an attempt, and when the next is made.
    fn attempted(&self, delivery: Delivery, outcome: &Outcome) {
        if let Some(wait) = delivery.retry.wait(delivery.attempt, outcome) {
            let due = delivery.due.saturating_add(wait).unwrap_or(Timestamp::MAX);
            let again = Delivery { attempt: delivery.attempt + 1, due, ..delivery };
            self.agenda.plan(due, Timer::Delivery(Box::new(again)));
        }
    }

    /// Writes an attempt into the journal.
    fn remember(&self, delivery: &Delivery, outcome: Option<(u64, HeaderMap, &Outcome)>, word: Word) {
        let message = &delivery.message;
        let now = clock::monotonic_ns();
        let (started_ns, headers) =
            outcome.as_ref().map_or((now, HeaderMap::new()), |(at, headers, _)| (*at, headers.clone()));
        let answer = outcome.and_then(|(_, _, outcome)| match outcome {
            Outcome::Answered(answer) => Some(Answered {
                status: answer.status,
                headers: Packed::of(&answer.headers),
                body: answer.body.clone(),
                sent_bytes: answer.body.len() as u64,
            }),
            _ => None,
        });
        let delivery_number = {
            let mut state = self.post.state.lock();
            state.attempts += 1;
            state.attempts
        };
        let journal = self.journal();
        let seq = journal.open();
        let target = message.endpoint.url.to_string();
        let entry = Entry {
            bank: Some(Arc::clone(&message.bank)),
            started_ns,
            decided_ns: started_ns,
            ended_ns: now,
            operation: Operation::WebhookDeliver,
            body: message.body.clone(),
            client_id: Some(message.endpoint.client_id.clone()),
            replayed: delivery.attempt == 1 && delivery.copy > 1,
            ending: if answer.is_some() { Ending::Complete } else { Ending::ClientGone },
            answer,
            webhook: Some(Told {
                webhook_id: message.endpoint.id.clone(),
                event_id: message.id.clone(),
                kind: message.kind.clone(),
                entity: message.entity.clone(),
                version: message.version,
                truth: message.truth,
                delivery: delivery_number,
                copy: delivery.copy,
                attempt: delivery.attempt,
                bad_signature: delivery.signature == Signature::Bad,
                rule: delivery.rule.as_ref().map(|rule| rule.to_string()),
                outcome: word.name(),
            }),
            ..Entry::begun(Method::POST, target, Packed::of(&headers), delivery.due)
        };
        journal.close(seq, entry);
    }
}

/// What came of an attempt, in a word for the journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Word {
    Acknowledged,
    Refused,
    Timeout,
    Unreachable,
    Forbidden,
    Dropped,
    GivenUp,
}

impl Word {
    fn of(outcome: &Outcome) -> Word {
        match outcome {
            Outcome::Answered(answer) if answer.status.is_success() => Word::Acknowledged,
            Outcome::Answered(_) => Word::Refused,
            Outcome::Timeout => Word::Timeout,
            Outcome::Unreachable(_) => Word::Unreachable,
            Outcome::Forbidden => Word::Forbidden,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Word::Acknowledged => "acknowledged",
            Word::Refused => "refused",
            Word::Timeout => "timeout",
            Word::Unreachable => "unreachable",
            Word::Forbidden => "forbidden",
            Word::Dropped => "dropped",
            Word::GivenUp => "given_up",
        }
    }
}

/// The kind of message that tells of an event; `None` where none does.
fn kind(event: BankEvent) -> Option<&'static str> {
    let name = event.name();
    match event {
        BankEvent::TransactionBooked | BankEvent::TransactionPosted => Some("transaction.posted"),
        // Before the answer to its order is out, nobody knows of a payment.
        BankEvent::AccountChanged | BankEvent::PaymentReceived => None,
        _ if name.starts_with("payment.") => Some("payment.status"),
        _ => Some("consent.status"),
    }
}

/// Makes the attempts of one world, one after the other, until none is left.
async fn carry(world: Weak<World>) {
    loop {
        let Some(this) = world.upgrade() else { return };
        let next = this.post.state.lock().queue.pop_front();
        let Some(delivery) = next else {
            this.post.busy.store(false, Ordering::Release);
            this.post.idle.notify_waiters();
            // One put there just now may have found the task still running.
            if this.post.state.lock().queue.is_empty() || this.post.busy.swap(true, Ordering::AcqRel) {
                return;
            }
            continue;
        };
        let message = Arc::clone(&delivery.message);
        let headers = headers(&delivery);
        let started = clock::monotonic_ns();
        let allowed = this.bank(&message.bank).is_some_and(|bank| bank.webhooks.may_tell(&message.endpoint.url));
        let outcome = if allowed {
            webhook::send(&message.endpoint.url, headers.clone(), Bytes::clone(&message.body)).await
        } else {
            Outcome::Forbidden
        };
        if let Outcome::Unreachable(error) = &outcome {
            tracing::debug!(url = %message.endpoint.url, error, "a webhook could not be delivered");
        }
        this.remember(&delivery, Some((started, headers, &outcome)), Word::of(&outcome));
        this.attempted(delivery, &outcome);
        this.flights.fetch_sub(1, Ordering::AcqRel);
        this.rest();
        this.tell();
    }
}

fn headers(delivery: &Delivery) -> HeaderMap {
    let message = &delivery.message;
    let signature = webhook::sign(&message.endpoint.secret, delivery.due, &message.body, delivery.signature);
    let value = |text: &str| HeaderValue::from_str(text).expect("ids and signatures are ASCII");
    HeaderMap::from_iter([
        (header::CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (header::USER_AGENT, HeaderValue::from_static("bank-sandbox")),
        (ID, value(&message.id)),
        (ATTEMPT, HeaderValue::from(delivery.attempt)),
        (SIGNATURE, value(&signature)),
    ])
}
