//! The harness's own time: what measures and what waits.
//!
//! The only reader of real time in this crate, so that nothing else can depend on how fast a machine is. A bank's
//! virtual time is the sandbox's business; what is measured here is what a client would measure.

use std::time::{Duration, Instant};

use jiff::Timestamp;

/// A started measurement.
#[derive(Debug, Clone, Copy)]
pub struct Stopwatch(Instant);

impl Stopwatch {
    /// Starts measuring.
    #[expect(clippy::disallowed_methods, reason = "this is the harness's one door to the monotonic clock")]
    pub fn start() -> Stopwatch {
        Stopwatch(Instant::now())
    }

    /// Real time since the start.
    pub fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }
}

/// The machine's wall clock.
#[expect(clippy::disallowed_methods, reason = "this is the harness's one door to the wall clock")]
pub fn now() -> Timestamp {
    Timestamp::now()
}

/// Waits in real time.
#[expect(clippy::disallowed_methods, reason = "this is the harness's one door to waiting")]
pub async fn wait(length: Duration) {
    tokio::time::sleep(length).await;
}
