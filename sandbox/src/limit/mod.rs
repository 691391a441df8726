//! Throttling as pure automata on virtual time.
//!
//! Owns the arithmetic of limits: how much is left, until when, and when to come back. Knows no operation, no client and,
//! but for the table of header families, no HTTP. An automaton never reads a clock: `now` is always an argument.

mod automaton;
mod header;
mod keyed;
mod operations;

pub use automaton::Automaton;
pub use header::{HeaderFamily, VENDOR_PARTS, VendorHeaders, VendorPart};
pub use keyed::Keyed;
pub use operations::{LimitRule, LimitSettings, Limits};

use std::time::Duration;

use jiff::tz::TimeZone;

/// How calls are counted against a limit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Policy {
    /// `limit` calls in each window of the calendar of Unix time.
    Fixed {
        /// Calls per window.
        limit: u64,
        /// Length of the window.
        window: Duration,
    },
    /// `limit` calls in any window of this length.
    Rolling {
        /// Calls per window.
        limit: u64,
        /// Length of the window.
        window: Duration,
    },
    /// A bucket of `capacity` tokens, full at first, that gains `refill` tokens per `per`, evenly.
    TokenBucket {
        /// Calls that may come at once.
        capacity: u64,
        /// Tokens gained per `per`.
        refill: u64,
        /// Time in which `refill` tokens are gained.
        per: Duration,
    },
    /// A bucket that holds `depth` calls and drains one every `every`; a call that would overflow it is refused.
    Leaky {
        /// Calls it holds.
        depth: u64,
        /// Time in which one call drains.
        every: Duration,
    },
    /// `limit` calls at the same time; each must be released.
    Concurrent {
        /// Calls at the same time.
        limit: u64,
    },
    /// `limit` calls per calendar day of a zone.
    PerDay {
        /// Calls per day.
        limit: u64,
        /// Whose midnight counts.
        zone: TimeZone,
    },
}

/// What a limit says about one call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdict {
    /// `true` if the call may go on.
    pub allowed: bool,
    /// Calls the limit grants at most.
    pub limit: u64,
    /// Calls still granted after this one.
    pub remaining: u64,
    /// Length of the window `limit` speaks of; zero for concurrency.
    pub window: Duration,
    /// Time until `remaining` is back at `limit` if no call comes.
    pub reset_in: Duration,
    /// For a refused call, the shortest wait after which a call would be granted.
    pub retry_after: Option<Duration>,
}

impl Policy {
    /// `true` if using the limit up ends a day's (or longer) work rather than asking for a slower pace.
    pub fn is_quota(&self) -> bool {
        self.window() >= DAY
    }

    /// Calls granted at most.
    pub fn limit(&self) -> u64 {
        match self {
            Policy::Fixed { limit, .. }
            | Policy::Rolling { limit, .. }
            | Policy::Concurrent { limit }
            | Policy::PerDay { limit, .. } => *limit,
            Policy::TokenBucket { capacity, .. } => *capacity,
            Policy::Leaky { depth, .. } => *depth,
        }
    }

    /// The window in which an unused limit grows back; zero for concurrency.
    pub fn window(&self) -> Duration {
        match self {
            Policy::Fixed { window, .. } | Policy::Rolling { window, .. } => *window,
            Policy::TokenBucket { capacity, refill, per } => scaled(*per, *capacity, *refill),
            Policy::Leaky { depth, every } => scaled(*every, *depth, 1),
            Policy::Concurrent { .. } => Duration::ZERO,
            Policy::PerDay { .. } => DAY,
        }
    }
}

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// `duration * times / parts`, rounded up to a nanosecond.
fn scaled(duration: Duration, times: u64, parts: u64) -> Duration {
    nanoseconds((duration.as_nanos() * u128::from(times)).div_ceil(u128::from(parts.max(1))))
}

fn nanoseconds(count: u128) -> Duration {
    Duration::from_nanos(u64::try_from(count).unwrap_or(u64::MAX))
}
