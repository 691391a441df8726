//! What is remembered of one exchange, in the pieces it was made of.
//!
//! Owns the raw record: nothing is hashed, formatted or redacted until somebody reads it, so that remembering costs next
//! to nothing.

use std::sync::Arc;

use axum::http::{Method, StatusCode};
use bank_fixtures::error_class::ErrorClass;
use bytes::Bytes;
use jiff::Timestamp;

use super::Packed;
use crate::certificate::PeerCertificate;
use crate::clock;
use crate::exchange::Access;
use crate::fault::{Close, Provenance};
use crate::operation::Operation;

/// One exchange.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    /// Slug of the bank; `None` if the request named none.
    pub(crate) bank: Option<Arc<str>>,
    pub(crate) connection: u64,
    pub(crate) started_at: Timestamp,
    pub(crate) virtual_at: Timestamp,
    pub(crate) started_ns: u64,
    pub(crate) decided_ns: u64,
    pub(crate) ended_ns: u64,
    pub(crate) operation: Operation,
    pub(crate) method: Method,
    /// The request target as it was sent; HTTP/2 sends path and authority apart.
    pub(crate) target: String,
    pub(crate) headers: Packed,
    pub(crate) body: Bytes,
    /// The client that was named, whether or not it proved itself.
    pub(crate) client_id: Option<String>,
    pub(crate) access: Option<Arc<Access>>,
    /// What the client showed in its TLS handshake.
    pub(crate) certificate: Option<Arc<PeerCertificate>>,
    pub(crate) account_id: Option<String>,
    pub(crate) page: Option<u32>,
    pub(crate) idempotency_key: Option<String>,
    pub(crate) decisions: Vec<Provenance>,
    /// A limit of the bank refused the call.
    pub(crate) limited: bool,
    pub(crate) committed: bool,
    pub(crate) replayed: bool,
    pub(crate) answer: Option<Answered>,
    pub(crate) class: Option<ErrorClass>,
    pub(crate) ending: Ending,
    /// What was told, where the bank called a client.
    pub(crate) webhook: Option<Told>,
    /// What was done, where a scenario made something happen without a call.
    pub(crate) deed: Option<Box<Did>>,
}

/// One attempt to tell a client something.
#[derive(Debug, Clone)]
pub(crate) struct Told {
    pub(crate) webhook_id: String,
    pub(crate) event_id: String,
    pub(crate) kind: String,
    pub(crate) entity: String,
    pub(crate) version: Option<u64>,
    /// Place among the messages of the world, in the order of the events.
    pub(crate) truth: u64,
    /// Place among the attempts of the world, in the order they were made.
    pub(crate) delivery: u64,
    pub(crate) copy: u32,
    pub(crate) attempt: u32,
    pub(crate) bad_signature: bool,
    /// What was changed on its way, by name.
    pub(crate) forgery: Option<&'static str>,
    pub(crate) outcome: &'static str,
}

/// Something a scenario made happen at the bank; what it is about besides stands in the entry.
#[derive(Debug, Clone, Default)]
pub(crate) struct Did {
    /// The event it followed on; nothing for the timeline.
    pub(crate) event: Option<Arc<str>>,
    /// What kinds of deeds, as in scenario files.
    pub(crate) kinds: Vec<&'static str>,
    /// Id of what the event was about.
    pub(crate) entity: Option<String>,
    /// Number of the change of it.
    pub(crate) version: Option<u64>,
    pub(crate) user: Option<String>,
    pub(crate) consent_id: Option<String>,
    /// Ids of what was changed.
    pub(crate) touched: Vec<String>,
    /// Why it could not be done, if it could not.
    pub(crate) trouble: Option<String>,
}

/// The answer as it was made, whether or not it went out.
#[derive(Debug, Clone)]
pub(crate) struct Answered {
    pub(crate) status: StatusCode,
    pub(crate) headers: Packed,
    pub(crate) body: Bytes,
    /// Bytes of the body handed to the socket.
    pub(crate) sent_bytes: u64,
}

/// How an exchange ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    /// The whole answer went out.
    Complete,
    /// A scenario stopped the answer on its way.
    Cut,
    /// A scenario reset the connection.
    Reset,
    /// A scenario closed the connection without an answer.
    Closed,
    /// A scenario closed our side of the connection without an answer, and listened on.
    HalfClosed,
    /// A scenario reset the stream of this exchange; the connection went on.
    StreamReset,
    /// A scenario sent GOAWAY instead of the answer.
    GoAway,
    /// A scenario sent bytes that are no answer.
    Garbage,
    /// A scenario ended the connection before a request.
    Refused,
    /// A scenario never answered.
    Hung,
    /// The client left before the answer was out.
    ClientGone,
}

impl Ending {
    /// The name in journal v1.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Ending::Complete => "complete",
            Ending::Cut => "cut",
            Ending::Reset => "reset",
            Ending::Closed => "closed",
            Ending::HalfClosed => "half_closed",
            Ending::StreamReset => "stream_reset",
            Ending::GoAway => "goaway",
            Ending::Garbage => "garbage",
            Ending::Refused => "refused",
            Ending::Hung => "hung",
            Ending::ClientGone => "client_gone",
        }
    }

    /// How a connection that a scenario ended without an answer is told.
    pub(crate) fn of(close: Close) -> Ending {
        match close {
            Close::Reset => Ending::Reset,
            Close::Fin => Ending::Closed,
            Close::Half(_) => Ending::HalfClosed,
            Close::Stream { .. } => Ending::StreamReset,
            Close::GoAway { .. } => Ending::GoAway,
        }
    }
}

impl Entry {
    /// An exchange that begins now and of which no more is known; until something better is, whoever drops it early is a
    /// connection that broke.
    pub(crate) fn begun(method: Method, target: String, headers: Packed, virtual_at: Timestamp) -> Entry {
        let started_ns = clock::monotonic_ns();
        Entry {
            bank: None,
            connection: 0,
            started_at: clock::wall(),
            virtual_at,
            started_ns,
            decided_ns: started_ns,
            ended_ns: started_ns,
            operation: Operation::Unknown,
            method,
            target,
            headers,
            body: Bytes::new(),
            client_id: None,
            access: None,
            certificate: None,
            account_id: None,
            page: None,
            idempotency_key: None,
            decisions: Vec::new(),
            limited: false,
            committed: false,
            replayed: false,
            answer: None,
            class: None,
            ending: Ending::ClientGone,
            webhook: None,
            deed: None,
        }
    }

    /// Something a scenario did at a time; in place of method and target stands a dash.
    pub(crate) fn of_deed(did: Did, at: Timestamp) -> Entry {
        let method = Method::from_bytes(b"-").expect("a dash is a token");
        Entry {
            operation: Operation::BankDeed,
            committed: did.trouble.is_none(),
            ending: Ending::Complete,
            deed: Some(Box::new(did)),
            ..Entry::begun(method, "-".to_owned(), Packed::default(), at)
        }
    }

    /// The consent it is about.
    pub(crate) fn consent(&self) -> Option<&str> {
        let access = self.access.as_ref().and_then(|access| access.consent_id.as_deref());
        access.or_else(|| self.deed.as_ref()?.consent_id.as_deref())
    }

    /// The account holder it is about.
    pub(crate) fn user(&self) -> Option<&str> {
        let access = self.access.as_ref().and_then(|access| access.user.as_deref());
        access.or_else(|| self.deed.as_ref()?.user.as_deref())
    }

    /// `true` if a deed changed what has this id.
    pub(crate) fn touched(&self, id: &str) -> bool {
        self.deed.as_ref().is_some_and(|did| did.touched.iter().any(|touched| touched == id))
    }

    /// The client, as far as it is known: from the token, else as it named itself.
    pub(crate) fn client(&self) -> Option<&str> {
        self.access.as_ref().map(|access| access.client_id.as_str()).or(self.client_id.as_deref())
    }

    /// What keeping it costs, roughly, in bytes.
    pub(crate) fn weight(&self) -> usize {
        let answer = self.answer.as_ref().map_or(0, |answer| answer.body.len() + answer.headers.len());
        size_of::<Entry>() + self.target.len() + self.body.len() + self.headers.len() + answer
    }
}
