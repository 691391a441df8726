//! The courier of a world: makes the attempts whose time has come, one after the other, and writes down what came of each.
//!
//! Owns the attempts. Which messages there are, in which order, and what rules make of them is [`post`](super::post)'s.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Weak};

use axum::http::Method;
use jiff::Timestamp;

use super::World;
use super::agenda::Timer;
use crate::clock;
use crate::journal::{Answered, Ending, Entry, Packed, Told};
use crate::operation::Operation;
use crate::webhook::{self, Delivery, Letter, Outcome, Signature};

impl World {
    /// What came of an attempt, and when the next is made.
    fn attempted(&self, delivery: Delivery, outcome: &Outcome) {
        if let Some(wait) = delivery.retry.wait(delivery.attempt, outcome) {
            let due = delivery.due.saturating_add(wait).unwrap_or(Timestamp::MAX);
            let again = Delivery { attempt: delivery.attempt + 1, due, ..delivery };
            self.agenda.plan(due, Timer::Delivery(Box::new(again)));
        }
    }

    /// Writes an attempt into the journal.
    pub(super) fn remember(&self, delivery: &Delivery, outcome: Option<(u64, Letter, &Outcome)>, word: Word) {
        let message = &delivery.message;
        let now = clock::monotonic_ns();
        let (started_ns, method, headers, body) = match &outcome {
            Some((at, letter, _)) => (*at, letter.method.clone(), Packed::of(&letter.headers), letter.body.clone()),
            None => (now, Method::POST, Packed::default(), message.body.clone()),
        };
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
            body,
            decisions: delivery.because.to_vec(),
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
                forgery: delivery.forgery.map(|forgery| forgery.name),
                outcome: word.name(),
            }),
            ..Entry::begun(method, target, headers, delivery.due)
        };
        journal.close(seq, entry);
    }
}

/// What came of an attempt, in a word for the journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Word {
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

/// Makes the attempts of one world, one after the other, until none is left.
pub(super) async fn carry(world: Weak<World>) {
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
        let letter = webhook::letter(&delivery);
        let started = clock::monotonic_ns();
        let allowed = this.bank(&message.bank).is_some_and(|bank| bank.webhooks.may_tell(&message.endpoint.url));
        let outcome =
            if allowed { webhook::send(&message.endpoint.url, letter.clone()).await } else { Outcome::Forbidden };
        if let Outcome::Unreachable(error) = &outcome {
            tracing::debug!(url = %message.endpoint.url, error, "a webhook could not be delivered");
        }
        this.remember(&delivery, Some((started, letter, &outcome)), Word::of(&outcome));
        this.attempted(delivery, &outcome);
        this.flights.fetch_sub(1, Ordering::AcqRel);
        this.rest();
        this.tell();
    }
}
