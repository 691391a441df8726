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
use crate::auth::Outcome;
use crate::exchange::{Problem, ProblemKind};
use crate::scenario::Ticket;

/// Everything the scenario decided about one request, ready to be carried out in the order of its fields.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// Changes of the bank's state made before the token is looked at, so that this call already meets them.
    pub acts: Vec<Act>,
    /// Events of the scenario's own that come about with them.
    pub emits: Vec<Arc<str>>,
    /// Seconds by which the bank is wrong about the time of this call: what it checks and issues as an authorization server.
    pub clock_shift_seconds: i64,
    /// The client's certificate does not reach the bank.
    pub without_certificate: bool,
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
    /// What happens to a connection before any request.
    pub connection: ConnectionPlan,
    /// Which rules did this, for the journal.
    pub because: Vec<Provenance>,
    /// What limits lent the call and want to hear about: held until the exchange ends.
    pub tickets: Vec<Ticket>,
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
    /// These bytes, which are no answer, then FIN.
    Garbage(Bytes),
}

/// How an exchange ends before its answer is out: usually with its connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Close {
    /// TCP RST.
    Reset,
    /// TCP FIN.
    Fin,
    /// TCP FIN of our side; what the client still sends is read for so long.
    Half(Duration),
    /// HTTP/2: RST_STREAM, and the connection goes on.
    Stream {
        /// Error code of RFC 9113 7.
        code: u32,
        /// What is done over HTTP/1.1, which has no streams.
        over_http1: Http1End,
    },
    /// HTTP/2: GOAWAY, then FIN. Over HTTP/1.1 FIN alone.
    GoAway {
        /// Error code of RFC 9113 7.
        code: u32,
        /// Whether the frame says that this call may have been processed.
        processed: bool,
    },
}

/// How a connection without streams ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Http1End {
    /// TCP RST.
    Reset,
    /// TCP FIN.
    Fin,
}

/// Error code `INTERNAL_ERROR` of RFC 9113 7.
const INTERNAL_ERROR: u32 = 2;

impl Close {
    /// What a proxy does whose upstream went away inside the body.
    pub(crate) const TRUNCATED: Close = Close::Stream { code: INTERNAL_ERROR, over_http1: Http1End::Fin };

    /// What really happens on a connection: what only HTTP/2 can do is the nearest HTTP/1.1 can do there.
    #[must_use]
    pub fn over(self, http2: bool) -> Close {
        match self {
            Close::Stream { over_http1: Http1End::Reset, .. } if !http2 => Close::Reset,
            Close::Stream { .. } | Close::GoAway { .. } if !http2 => Close::Fin,
            close => close,
        }
    }
}

/// How much of a body goes out.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Keep {
    /// This share of its bytes, in `[0, 1)`.
    Share(f64),
    /// So many bytes, and never all of them.
    Bytes(usize),
}

impl Keep {
    /// Bytes of a body of this length that go out: never all.
    pub(crate) fn of(self, length: usize) -> usize {
        let keep = match self {
            Keep::Share(share) => (length as f64 * share) as usize,
            Keep::Bytes(bytes) => bytes,
        };
        keep.min(length.saturating_sub(1))
    }
}

/// How a chunked body breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Break {
    /// The size of a chunk is no number; the rest of the body follows it, then FIN.
    BadSize,
    /// FIN without the last, empty chunk.
    NoEnd,
    /// RST without the last, empty chunk.
    Reset,
}

/// How the bytes of the answer go out.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Wire {
    /// The promised `Content-Length`, some of the body, then the end.
    Cut {
        /// What goes out.
        keep: Keep,
        /// How the exchange ends after it.
        close: Close,
    },
    /// Chunks instead of a `Content-Length`, which break.
    Chunks {
        /// Bytes per chunk, at least 1.
        chunk: usize,
        /// Good chunks before the break; `None` for the whole body.
        after: Option<usize>,
        /// How they break.
        broken: Break,
    },
    /// A `Content-Length` that is off by so many bytes, and the whole body.
    Length(i64),
    /// Everything as promised, and FIN after so much silence.
    Idle(Duration),
    /// Everything as promised, on a connection that takes no further request.
    Leave,
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

impl Wire {
    /// The `Content-Length` that is promised for a body of this length; `None` if nothing is.
    pub(crate) fn promised(&self, length: u64, http2: bool) -> Option<u64> {
        match self {
            Wire::Length(off) => Some(length.saturating_add_signed(*off)),
            Wire::Chunks { .. } if !http2 => None,
            _ => Some(length),
        }
    }
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
    /// The bank signs with a new key; the old one stays published.
    RotateKeys,
    /// The bank signs with a new key; the old ones are gone.
    ReplaceKeys,
    /// The access token of this request is expired from now on.
    ExpireAccessToken,
    /// Something becomes of the consent of this request.
    EndConsent(ConsentEnd),
    /// The account holder does this with the authorization request.
    Decide(Outcome),
    /// The account this request names is closed, blocked or opened.
    SetAccount(AccountStatus),
    /// The payment this request names takes another course.
    OverrulePayment(PaymentEnd),
}

/// What happens to a connection before any request, in the order of its fields.
#[derive(Debug, Clone, Default)]
pub struct ConnectionPlan {
    /// Most connections at a time; one more is refused.
    pub cap: Option<u64>,
    /// It is ended before a byte of it is read.
    pub refused: Option<Http1End>,
    /// Wait before the first byte is read.
    pub delay: Duration,
    /// What is wrong with the TLS handshake.
    pub tls: Option<TlsFlaw>,
}

/// What is wrong with a TLS handshake.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TlsFlaw {
    /// The certificate's time is over.
    Expired,
    /// The certificate's time has not come.
    NotYetValid,
    /// The certificate is somebody else's.
    WrongHost,
    /// The certificate is signed with its own key.
    SelfSigned,
    /// The certificate is signed by an authority nobody knows.
    UnknownCa,
    /// The certificate between ours and the authority's is not sent.
    BrokenChain,
    /// Another certificate than before, with another key: as good as that one.
    Rotated,
    /// The authority says, stapled to the handshake, that it revoked the certificate.
    StapledRevoked,
    /// What the authority says, stapled to the handshake, was true until yesterday.
    StapledExpired,
    /// Nothing follows the ClientHello for so long (for ever if `None`), then FIN.
    Stall(Option<Duration>),
    /// RST after the ClientHello.
    Reset,
    /// A fatal alert with this number (RFC 8446 6) after the ClientHello.
    Alert(u8),
    /// TLS 1.2 at most.
    Only12,
    /// TLS 1.3 at least.
    Only13,
    /// No protocol that a client could offer is agreed to.
    NoAlpn,
    /// Every protocol is ignored: none is agreed to.
    AlpnIgnored,
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

    /// This plan, and then another that was made for the same call.
    #[must_use]
    pub(crate) fn followed_by(mut self, mut later: Plan) -> Plan {
        if !self.is_ended() {
            (self.before, self.instead, self.after) = (later.before, later.instead, later.after);
        }
        self.clock_shift_seconds += later.clock_shift_seconds;
        self.without_certificate |= later.without_certificate;
        self.delay_before += later.delay_before;
        self.delay_after += later.delay_after;
        self.acts.append(&mut later.acts);
        self.emits.append(&mut later.emits);
        self.rewrites.append(&mut later.rewrites);
        self.because.append(&mut later.because);
        self.tickets.append(&mut later.tickets);
        self.wire = self.wire.or(later.wire);
        self
    }

    /// The bank is down for maintenance for so long: whatever else was decided, this is the answer.
    pub(crate) fn down(&mut self, left: Duration) {
        let problem = Problem::new(ProblemKind::Unavailable, "the bank is closed for maintenance");
        self.before = Some(Ending::Problem(problem.retry_after(left)));
        self.acts.clear();
        self.emits.clear();
        self.because.push(Provenance::of_timeline("maintenance", 1, "error unavailable", Stage::Head));
    }

    /// Ends the exchange at a stage, unless an earlier effect has.
    pub(crate) fn end(&mut self, stage: Stage, ending: Ending) {
        if !self.is_ended() {
            let place = match stage {
                Stage::Accept | Stage::Tls | Stage::Head => &mut self.before,
                Stage::Bank => &mut self.instead,
                Stage::Send | Stage::After => &mut self.after,
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
    /// Stage at which it took place.
    pub stage: Stage,
    /// The count the call belongs to, as the rule's `key` makes it of the call; empty for the world's.
    pub key: String,
    /// The chance that was asked, if any.
    pub chance: Option<Odds>,
    /// Name of the scenario and number of the seed the draw derives from.
    pub drawn_from: (Arc<str>, u64),
}

impl Provenance {
    /// What came of an item of the timeline, for the `n`-th time: no rule drew anything.
    pub(crate) fn of_timeline(item: &str, n: u64, effect: &str, stage: Stage) -> Provenance {
        Provenance {
            rule: item.to_owned(),
            phase: 0,
            n,
            draw: None,
            effect: effect.to_owned(),
            stage,
            key: String::new(),
            chance: None,
            drawn_from: ("".into(), 0),
        }
    }
}

/// The chance of a rule, as far as a draw is told by it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Odds {
    /// Share of the calls that are hit.
    pub p: f64,
    /// For an exact chance, calls per block.
    pub block: Option<u64>,
}
