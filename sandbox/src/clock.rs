//! The only reader of time and the only place that waits.
//!
//! A world's clock is virtual: it drives tokens, consents, limits, bookings and the `Date` header. Transport delays and
//! journal timings are real. Time never goes backwards in a world.

#![expect(clippy::disallowed_methods, reason = "this module is the door through which time enters")]

use std::time::{Duration, Instant};

use jiff::Timestamp;
use parking_lot::Mutex;

/// The virtual clock of one world.
#[derive(Debug)]
pub struct Clock {
    state: Mutex<State>,
}

/// How virtual time runs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Mode {
    /// With the machine's clock.
    Real,
    /// `factor` virtual seconds per real second.
    Scaled {
        /// Speed, above 0.
        factor: f64,
    },
    /// Only when told to.
    Manual,
}

#[derive(Debug, Clone)]
struct State {
    mode: Mode,
    /// Virtual time at `since`.
    base: Timestamp,
    /// Monotonic instant at which `base` was set.
    since: Instant,
}

impl Clock {
    /// A clock that shows `start` now and runs in `mode`.
    pub fn new(start: Timestamp, mode: Mode) -> Clock {
        Clock { state: Mutex::new(State { mode, base: start, since: Instant::now() }) }
    }

    /// A clock that shows the machine's time.
    pub fn real() -> Clock {
        Clock::new(wall(), Mode::Real)
    }

    /// The clock of a copy of its world. One that runs with the machine runs on; any other shows `taken`, the virtual time
    /// at which the copy was made.
    pub fn forked(&self, taken: Timestamp) -> Clock {
        let state = self.state.lock().clone();
        match state.mode {
            Mode::Real => Clock { state: Mutex::new(state) },
            mode => Clock::new(taken, mode),
        }
    }

    /// Virtual time now.
    pub fn now(&self) -> Timestamp {
        self.state.lock().now()
    }

    /// How time runs.
    pub fn mode(&self) -> Mode {
        self.state.lock().mode
    }

    /// Moves virtual time forward and returns the new time. Works in every mode.
    pub fn advance(&self, by: Duration) -> Timestamp {
        let mut state = self.state.lock();
        let now = state.now();
        state.base = now.saturating_add(by).unwrap_or(Timestamp::MAX);
        state.since = Instant::now();
        state.base
    }
}

impl State {
    fn now(&self) -> Timestamp {
        let elapsed = match self.mode {
            Mode::Manual => return self.base,
            Mode::Real => self.since.elapsed(),
            Mode::Scaled { factor } => self.since.elapsed().mul_f64(factor),
        };
        self.base.saturating_add(elapsed).unwrap_or(Timestamp::MAX)
    }
}

/// The machine's wall clock.
pub fn wall() -> Timestamp {
    Timestamp::now()
}

/// Monotonic nanoseconds since the process first asked: journal timings are differences of these.
pub fn monotonic_ns() -> u64 {
    static START: std::sync::OnceLock<Instant> = std::sync::OnceLock::new();
    u64::try_from(START.get_or_init(Instant::now).elapsed().as_nanos()).unwrap_or(u64::MAX)
}

/// Waits in real time.
pub async fn sleep(duration: Duration) {
    tokio::time::sleep(duration).await;
}

/// Waits in real time for a future, at most `limit`.
///
/// # Errors
/// Nothing but that the time was over.
pub async fn timeout<F: Future>(limit: Duration, future: F) -> Result<F::Output, tokio::time::error::Elapsed> {
    tokio::time::timeout(limit, future).await
}
