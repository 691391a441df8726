//! What a scenario can make of one exchange, whatever the dialect.
//!
//! Owns the plan that the scenario engine hands to the request pipeline. Faults see HTTP messages and sockets, never a
//! dialect; who gets a fault and when belongs to the rule around it.

use std::time::Duration;

use axum::http::{HeaderName, HeaderValue, StatusCode};
use bytes::Bytes;

use crate::exchange::Problem;

/// Everything the scenario decided about one request, ready to be carried out stage by stage.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// Wait before the bank acts.
    pub delay_before: Duration,
    /// Answer instead of the bank: nothing is committed.
    pub before: Option<Ending>,
    /// Changes of the bank's state made at the commit point, before the handler runs.
    pub acts: Vec<Act>,
    /// Wait after the bank acted.
    pub delay_after: Duration,
    /// Answer instead of the bank's own answer, although the bank acted.
    pub after: Option<Ending>,
    /// Changes of the answer, in order.
    pub rewrites: Vec<Rewrite>,
    /// How the bytes go out.
    pub wire: Option<Wire>,
    /// Which rules did this, for the journal.
    pub because: Vec<Provenance>,
}

/// An end of the exchange that replaces the bank's answer.
#[derive(Debug, Clone)]
pub enum Ending {
    /// A refusal rendered by the dialect.
    Problem(Problem),
    /// A fixed answer.
    Fixed {
        /// Status.
        status: StatusCode,
        /// Headers.
        headers: Vec<(HeaderName, HeaderValue)>,
        /// Body; `None` keeps the dialect's error body for that status.
        body: Option<Bytes>,
    },
    /// No answer: hold the connection this long (for ever if `None`), then close it.
    Hang(Option<Duration>),
    /// Close at once without an answer.
    Close(Close),
}

/// How a connection ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Close {
    /// TCP RST.
    Reset,
    /// TCP FIN.
    Fin,
}

/// A change of the answer after the bank rendered it.
#[derive(Debug, Clone)]
pub enum Rewrite {
    /// Another status.
    Status(StatusCode),
    /// A header set (replacing) or, with `None`, removed.
    Header(HeaderName, Option<HeaderValue>),
    /// Another body.
    Body(Bytes),
    /// The body is made syntactically wrong JSON.
    MalformedJson,
}

/// How the bytes of the answer go out.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Wire {
    /// The promised `Content-Length`, this share of the body, then the end.
    Cut {
        /// Share of the body's bytes that go out, in `[0, 1)`.
        share: f64,
        /// How the connection ends after them.
        close: Close,
    },
    /// The body in pieces with a wait before each.
    Drip {
        /// Bytes per piece, at least 1.
        chunk: usize,
        /// Wait before each piece.
        every: Duration,
    },
}

/// A change of the bank's state ordered by a scenario.
#[derive(Debug, Clone, PartialEq)]
pub enum Act {
    /// The access token of this request is expired from now on.
    ExpireAccessToken,
    /// The consent of this request is withdrawn by the account holder.
    RevokeConsent,
}

/// Which rule did something, and why: enough to derive the decision again.
#[derive(Debug, Clone, PartialEq)]
pub struct Provenance {
    /// Name of the rule.
    pub rule: String,
    /// Phase index inside the rule, from 0.
    pub phase: usize,
    /// Ordinal of this request for the rule and key, from 1.
    pub n: u64,
    /// The draw, if chance was asked.
    pub draw: Option<f64>,
    /// Effect in words, as in the file: `status 503`.
    pub effect: String,
}
