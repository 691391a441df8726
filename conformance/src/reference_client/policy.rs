//! How an integration behaves where careful and careless teams differ.
//!
//! Owns one named choice per habit that a bank's bad day puts to the test. Knows nothing of HTTP: it is what the rest of
//! the client asks before it acts.

use std::time::Duration;

use super::lapse::Lapse;

/// Every choice of one integration.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Policy {
    /// What becomes of a `Retry-After`.
    pub(crate) retry_after: RetryAfter,
    /// How waits grow from attempt to attempt.
    pub(crate) growth: Growth,
    /// Whether clients that failed together come back together.
    pub(crate) jitter: Jitter,
    /// Wait before the first repetition, before jitter.
    pub(crate) first_wait: Duration,
    /// No own wait is longer than this.
    pub(crate) longest_wait: Duration,
    /// Requests of one call, the first included.
    pub(crate) attempts: u32,
    /// Once a call has taken this long, it is not repeated; a wait beyond it is not begun.
    pub(crate) deadline: Duration,
    /// One request may take this long.
    pub(crate) request_limit: Duration,
    /// What to do with an answer that will not change.
    pub(crate) permanent_errors: PermanentErrors,
    /// What to do when the connection breaks before an answer.
    pub(crate) broken_connections: BrokenConnections,
    /// What to do with a body that is cut short or is not JSON.
    pub(crate) broken_bodies: BrokenBodies,
    /// Repetitions after a broken body.
    pub(crate) broken_body_repeats: u32,
    /// When an idempotency key is made.
    pub(crate) keys: Keys,
    /// What to do when nobody knows whether a payment was taken.
    pub(crate) unknown_outcomes: UnknownOutcomes,
    /// How often a refused token is refreshed.
    pub(crate) refresh: Refresh,
    /// How a list that never ends is noticed.
    pub(crate) paging_guard: PagingGuard,
    /// Pages of one list, at most.
    pub(crate) pages: u32,
    /// Which `next` links are followed.
    pub(crate) links: Links,
    /// How amounts are computed.
    pub(crate) numbers: Numbers,
    /// Where the client's own transaction ids come from.
    pub(crate) ids: Ids,
    /// How the direction of money is read.
    pub(crate) signs: Signs,
    /// Which figure is taken for which balance.
    pub(crate) balances: Balances,
    /// What becomes of pending entries.
    pub(crate) pending: Pending,
    /// What the log shows.
    pub(crate) log: Log,
    /// A bad habit that is no choice between two ways, if there is one.
    pub(crate) lapse: Option<Lapse>,
}

/// What becomes of a `Retry-After`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RetryAfter {
    /// Seconds and HTTP dates are minimum waits.
    Honoured,
    /// Seconds are; a date is not understood.
    SecondsOnly,
    /// Neither is looked at.
    Ignored,
}

/// How waits grow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Growth {
    /// Each is twice the one before.
    Exponential,
    /// Each is longer than the one before by as much as the first.
    Linear,
    /// All are the first.
    None,
}

/// How waits are spread.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Jitter {
    /// Uniform over the upper half of the wait.
    Equal,
    /// Not at all.
    None,
}

/// What to do with an answer that will not change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PermanentErrors {
    /// Report it.
    Report,
    /// Ask again, as if the bank were down.
    Repeat,
}

/// What to do when the connection breaks before an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BrokenConnections {
    /// Ask again.
    Repeat,
    /// Report it.
    Report,
}

/// What to do with a body that is cut short or is not JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BrokenBodies {
    /// Apply nothing, ask again, then report it.
    Refuse,
    /// Take the rows that can still be read, and no error.
    Salvage,
}

/// When an idempotency key is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Keys {
    /// Once per order, and kept on disk before the first request.
    PerOrder,
    /// For every request.
    PerRequest,
}

/// What to do when nobody knows whether a payment was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum UnknownOutcomes {
    /// Ask the bank for the order by its key.
    LookUp,
    /// Report a failure.
    Report,
    /// Send the order again as a new one.
    PayAgain,
}

/// How often a refused token is refreshed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refresh {
    /// Once; a token that was refused fresh ends the run.
    Once,
    /// Whenever a token is refused.
    Always,
}

/// How a list that never ends is noticed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PagingGuard {
    /// A link seen before, or a page without a new row, ends the list with an error.
    SeenBefore,
    /// Only by the number of pages.
    None,
}

/// Which `next` links are followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Links {
    /// Those to the bank's own origin.
    SameOrigin,
    /// All.
    Any,
}

/// How amounts are computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Numbers {
    /// As decimals, digit by digit.
    Decimal,
    /// As binary floating point, in whole cents.
    Binary,
}

/// Where the client's own transaction ids come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ids {
    /// From the account and the bank's id.
    Derived,
    /// Made anew in every run.
    PerRun,
}

/// How the direction of money is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Signs {
    /// As the bank states it.
    AsStated,
    /// The other way round, as if the bank wrote from its own view.
    Inverted,
}

/// Which figure is taken for which balance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Balances {
    /// Each for the one the bank names.
    AsNamed,
    /// The available one for the booked one, and the other way round.
    Confused,
}

/// What becomes of pending entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pending {
    /// They are handed over as pending.
    Kept,
    /// They are left out.
    Dropped,
}

/// What the log shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Log {
    /// Requests without secrets.
    Redacted,
    /// Requests with every header.
    Everything,
}

impl Policy {
    /// What a careful team chooses.
    pub(crate) fn careful() -> Policy {
        Policy {
            retry_after: RetryAfter::Honoured,
            growth: Growth::Exponential,
            jitter: Jitter::Equal,
            first_wait: Duration::from_millis(80),
            longest_wait: Duration::from_secs(5),
            attempts: 5,
            deadline: Duration::from_secs(30),
            request_limit: Duration::from_secs(5),
            permanent_errors: PermanentErrors::Report,
            broken_connections: BrokenConnections::Repeat,
            broken_bodies: BrokenBodies::Refuse,
            broken_body_repeats: 2,
            keys: Keys::PerOrder,
            unknown_outcomes: UnknownOutcomes::LookUp,
            refresh: Refresh::Once,
            paging_guard: PagingGuard::SeenBefore,
            pages: 1000,
            links: Links::SameOrigin,
            numbers: Numbers::Decimal,
            ids: Ids::Derived,
            signs: Signs::AsStated,
            balances: Balances::AsNamed,
            pending: Pending::Kept,
            log: Log::Redacted,
            lapse: None,
        }
    }

    /// `true` for a client with this bad habit.
    pub(crate) fn has(&self, lapse: Lapse) -> bool {
        self.lapse == Some(lapse)
    }
}
