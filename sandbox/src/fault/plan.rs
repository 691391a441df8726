//! What the scenario engine hands to the request pipeline: everything decided about one exchange, by stage.
//!
//! Owns the plan's shape, not how it is carried out: bytes, waits and connections are the pipeline's.

use std::sync::Arc;
use std::time::Duration;

use axum::http::{HeaderName, HeaderValue, StatusCode};
use bank_fixtures::record::AccountStatus;
use bytes::Bytes;

use super::outcome::{ConsentEnd, PaymentEnd};
use super::rewrite::Rewrite;
use super::stage::Stage;
use crate::exchange::{Problem, ProblemKind};

/// Everything the scenario decided about one request, ready to be carried out in the order of its fields.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// Changes of the bank's state made before the token is looked at, so that this call already meets them.
    pub acts: Vec<Act>,
    /// Events of the scenario's own that come about with them.
    pub emits: Vec<Arc<str>>,
    /// Wait before anything is answered.
    pub delay_before: Duration,
    /// Answer before the token is looked at: nothing is committed.
    pub before: Option<Ending>,
    /// Answer after token, consent and limits were found good, but instead of the bank: nothing is committed.
    pub instead: Option<Ending>,
    /// Wait after the bank acted.
    pub delay_after: Duration,
    /// Answer instead of the bank's own answer, although the bank acted.
    pub after: Option<Ending>,
    /// Changes of whatever answer goes out, in order.
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
        /// A longer silence on the way.
        stall: Option<Stall>,
    },
}

/// A silence in the middle of a dripping body.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stall {
    /// Share of the body's bytes that go out before it, in `[0, 1]`.
    pub share: f64,
    /// How long it lasts.
    pub wait: Duration,
    /// How the connection ends after it; `None` lets the rest of the body follow.
    pub then: Option<Close>,
}

/// A change of the bank's state ordered by a scenario.
#[derive(Debug, Clone, PartialEq)]
pub enum Act {
    /// The access token of this request is expired from now on.
    ExpireAccessToken,
    /// The consent of this request ends.
    EndConsent(ConsentEnd),
    /// The account this request names is closed, blocked or opened.
    SetAccount(AccountStatus),
    /// The payment this request names takes another course.
    OverrulePayment(PaymentEnd),
}

impl Plan {
    /// `true` if an answer, or the end of the connection, is decided before the bank answers by itself.
    pub fn is_ended(&self) -> bool {
        self.before.is_some() || self.instead.is_some() || self.after.is_some()
    }

    /// `true` if nothing at all was decided.
    pub fn is_empty(&self) -> bool {
        self.because.is_empty()
    }

    /// The bank is down for maintenance for so long: whatever else was decided, this is the answer.
    pub(crate) fn down(&mut self, left: Duration) {
        let problem = Problem::new(ProblemKind::Unavailable, "the bank is closed for maintenance");
        self.before = Some(Ending::Problem(problem.retry_after(left)));
        self.acts.clear();
        self.because.push(Provenance {
            rule: "maintenance".to_owned(),
            phase: 0,
            n: 1,
            draw: None,
            effect: "error unavailable".to_owned(),
        });
    }

    /// Ends the exchange at a stage, unless an earlier effect has.
    pub(crate) fn end(&mut self, stage: Stage, ending: Ending) {
        if !self.is_ended() {
            let place = match stage {
                Stage::Head => &mut self.before,
                Stage::Bank => &mut self.instead,
                Stage::Send => &mut self.after,
            };
            *place = Some(ending);
        }
    }
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
