//! The only reader of time and the only place that waits.
//!
//! A world's clock is virtual: it drives tokens, consents, limits, bookings and the `Date` header. Journal timings are
//! real, and so are transport delays unless a world says otherwise. Time never goes backwards in a world.

#![expect(clippy::disallowed_methods, reason = "this module is the door through which time enters")]

use std::time::{Duration, Instant};

use jiff::Timestamp;
use parking_lot::Mutex;
use tokio::sync::Notify;

/// The virtual clock of one world.
#[derive(Debug)]
pub struct Clock {
    state: Mutex<State>,
    delays: Delays,
    /// It was moved by hand.
    moved: Notify,
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
    /// To the next thing that is due, whenever no request is in flight.
    Auto,
}

/// On which clock delays and hangs of connections wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Delays {
    /// On the machine's: they act on the client's socket.
    #[default]
    Real,
    /// On the world's: moving it releases them.
    Virtual,
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
    /// A clock that shows `start` now and runs in `mode`; delays are real.
    pub fn new(start: Timestamp, mode: Mode) -> Clock {
        let state = Mutex::new(State { mode, base: start, since: Instant::now() });
        Clock { state, delays: Delays::Real, moved: Notify::new() }
    }

    /// The same with delays that wait on this clock.
    #[must_use]
    pub fn with_delays(mut self, delays: Delays) -> Clock {
        self.delays = delays;
        self
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
            Mode::Real => Clock { state: Mutex::new(state), delays: self.delays, moved: Notify::new() },
            mode => Clock::new(taken, mode).with_delays(self.delays),
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

    /// On which clock transport delays wait.
    pub fn delays(&self) -> Delays {
        self.delays
    }

    /// Moves virtual time forward and returns the new time. Works in every mode.
    pub fn advance(&self, by: Duration) -> Timestamp {
        self.shift(|now| now.saturating_add(by).unwrap_or(Timestamp::MAX))
    }

    /// Moves virtual time to an instant, unless it is past it already, and returns the new time.
    pub fn move_to(&self, at: Timestamp) -> Timestamp {
        self.shift(|now| now.max(at))
    }

    fn shift(&self, to: impl FnOnce(Timestamp) -> Timestamp) -> Timestamp {
        let now = {
            let mut state = self.state.lock();
            state.base = to(state.now());
            state.since = Instant::now();
            state.base
        };
        self.moved.notify_waiters();
        now
    }

    /// Real time until this clock shows an instant by itself; `None` if it never does.
    pub fn until(&self, at: Timestamp) -> Option<Duration> {
        let state = self.state.lock();
        let left = at.duration_since(state.now());
        let left = if left.is_negative() { Duration::ZERO } else { left.unsigned_abs() };
        match state.mode {
            Mode::Real => Some(left),
            Mode::Scaled { factor } => Some(left.div_f64(factor)),
            Mode::Manual | Mode::Auto => left.is_zero().then_some(Duration::ZERO),
        }
    }

    /// Waits until this clock shows an instant, whether it gets there by itself or is moved.
    pub async fn reach(&self, at: Timestamp) {
        loop {
            let moved = self.moved.notified();
            match self.until(at) {
                Some(Duration::ZERO) => return,
                // A moment longer: virtual time is finer than a timer.
                Some(left) => drop(timeout(left.saturating_add(Duration::from_micros(50)), moved).await),
                None => moved.await,
            }
        }
    }
}

impl State {
    fn now(&self) -> Timestamp {
        let elapsed = match self.mode {
            Mode::Manual | Mode::Auto => return self.base,
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

/// An instant so many seconds later, or earlier; the end of time if there is none.
pub(crate) fn shifted(at: Timestamp, seconds: i64) -> Timestamp {
    let end = if seconds < 0 { Timestamp::MIN } else { Timestamp::MAX };
    at.checked_add(jiff::SignedDuration::from_secs(seconds)).unwrap_or(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_never_goes_back_and_every_mode_can_be_moved() {
        let start: Timestamp = "2026-03-01T08:00:00Z".parse().unwrap();
        for mode in [Mode::Real, Mode::Scaled { factor: 60.0 }, Mode::Manual, Mode::Auto] {
            let clock = Clock::new(start, mode);
            let later = clock.advance(Duration::from_secs(3600));
            assert!(later >= start + jiff::SignedDuration::from_hours(1), "{mode:?}");
            assert!(clock.move_to(start) >= later, "{mode:?}");
        }
    }

    #[tokio::test]
    async fn whoever_waits_for_an_instant_is_released_when_the_clock_is_moved_there() {
        let start: Timestamp = "2026-03-01T08:00:00Z".parse().unwrap();
        let clock = std::sync::Arc::new(Clock::new(start, Mode::Manual));
        let waiting = tokio::spawn({
            let clock = std::sync::Arc::clone(&clock);
            async move { clock.reach(start + jiff::SignedDuration::from_secs(30)).await }
        });
        tokio::task::yield_now().await;
        clock.advance(Duration::from_secs(29));
        tokio::task::yield_now().await;
        assert!(!waiting.is_finished());
        clock.advance(Duration::from_secs(1));
        waiting.await.unwrap();
    }
}
