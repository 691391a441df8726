//! Webhooks: whom a bank tells what happened, and what one telling consists of.
//!
//! Owns endpoints, messages, the signature, forgeries and the HTTP of one attempt. When attempts are made, in which order and how
//! often is the world's business; what a body looks like is the dialect's.

mod endpoint;
mod forge;
mod letter;
mod mailbox;
mod send;
mod signature;

use std::sync::Arc;
use std::time::Duration;

use axum::http::{HeaderMap, HeaderValue, header};
use bank_fixtures::record::{ConsentStatus, Instant, PaymentStatus};
use bytes::Bytes;
use jiff::Timestamp;

use crate::fault::Provenance;

pub use endpoint::{Endpoint, EndpointError, Endpoints, KINDS, NewEndpoint};
pub(crate) use forge::{FORGERIES, Forgery};
pub(crate) use letter::{Letter, letter};
pub(crate) use send::{Outcome, send};

/// What happened, in neutral words; a dialect renders it.
#[derive(Debug, Clone, Copy)]
pub struct Notification<'a> {
    /// Id of the event: the same in every copy and attempt.
    pub id: &'a str,
    /// The client that is told.
    pub client_id: &'a str,
    /// `payment.status`, `consent.status`, `transaction.posted`, or a name of the scenario's own.
    pub kind: &'a str,
    /// The payment and its status then.
    pub payment: Option<(&'a str, PaymentStatus)>,
    /// The consent and its status then.
    pub consent: Option<(&'a str, ConsentStatus)>,
    /// The account.
    pub account_id: Option<&'a str>,
    /// The entry.
    pub transaction_id: Option<&'a str>,
    /// Number of this change of the entity, from 1.
    pub version: Option<u64>,
    /// When it happened.
    pub created_at: Instant,
}

/// A notification as a dialect writes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// The body.
    pub body: Bytes,
    /// Its content type, and what the dialect sends beside it.
    pub headers: HeaderMap,
}

impl Notice {
    /// A body in JSON, and nothing beside it.
    pub fn json(body: Bytes) -> Notice {
        let headers = HeaderMap::from_iter([(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))]);
        Notice { body, headers }
    }
}

/// An event as it goes to one endpoint.
#[derive(Debug)]
pub(crate) struct Message {
    /// Slug of the bank.
    pub(crate) bank: Arc<str>,
    pub(crate) endpoint: Arc<Endpoint>,
    pub(crate) id: String,
    pub(crate) kind: String,
    pub(crate) entity: String,
    pub(crate) version: Option<u64>,
    /// Its place among all messages of the world, in the order of the events.
    pub(crate) truth: u64,
    pub(crate) body: Bytes,
    /// What the dialect sends with it.
    pub(crate) headers: HeaderMap,
}

/// One attempt to deliver one copy of a message.
#[derive(Debug, Clone)]
pub(crate) struct Delivery {
    pub(crate) message: Arc<Message>,
    /// Which copy, from 1.
    pub(crate) copy: u32,
    /// Which attempt, from 1.
    pub(crate) attempt: u32,
    /// Virtual time of the attempt.
    pub(crate) due: Timestamp,
    pub(crate) signature: Signature,
    pub(crate) retry: Retry,
    /// What is wrong with it, if something is.
    pub(crate) forgery: Option<&'static Forgery>,
    /// The rule of the scenario that shaped it, and what was drawn; empty without one.
    pub(crate) because: Arc<[Provenance]>,
}

/// Whether an attempt is signed as it should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Signature {
    Good,
    Bad,
}

/// When an attempt is made again.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Retry {
    /// After answers of these statuses, by their hundreds.
    pub(crate) client_errors: bool,
    pub(crate) server_errors: bool,
    /// After no answer in time, or none at all.
    pub(crate) silence: bool,
    /// Attempts in all.
    pub(crate) attempts: u32,
    /// Wait before the second attempt ...
    pub(crate) backoff: Duration,
    /// ... and how much longer each further one is.
    pub(crate) growth: f64,
}

/// What a bank does by itself.
impl Retry {
    pub(crate) const BANK: Retry = Retry {
        client_errors: false,
        server_errors: true,
        silence: true,
        attempts: 4,
        backoff: Duration::from_secs(5),
        growth: 2.0,
    };

    /// How long after a failed attempt the next one is made, if one is.
    pub(crate) fn wait(&self, attempt: u32, outcome: &Outcome) -> Option<Duration> {
        let again = match outcome {
            Outcome::Answered(answer) if answer.status.is_success() => false,
            Outcome::Answered(answer) if answer.status.is_server_error() => self.server_errors,
            Outcome::Answered(_) => self.client_errors,
            Outcome::Timeout | Outcome::Unreachable(_) => self.silence,
            Outcome::Forbidden => false,
        };
        let factor = self.growth.powi(i32::try_from(attempt).unwrap_or(i32::MAX) - 1);
        let wait = self.backoff.as_secs_f64() * factor;
        (again && attempt < self.attempts).then(|| Duration::from_secs_f64(wait.clamp(0.0, LONGEST_WAIT_SECONDS)))
    }
}

/// No wait between two attempts is longer.
const LONGEST_WAIT_SECONDS: f64 = 7.0 * 86_400.0;
