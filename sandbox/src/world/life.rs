//! How long a world lives that nobody uses.
//!
//! Real time, because it is about the machine's memory and not about the bank: a world that a killed test run left behind
//! goes, and one whose test takes long stays, because every call renews it.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::clock;

/// The time a world has left.
#[derive(Debug)]
pub(super) struct Life {
    ttl: Option<Duration>,
    used_ns: AtomicU64,
}

impl Life {
    /// A life that begins now; it never ends without a `ttl`.
    pub(super) fn new(ttl: Option<Duration>) -> Life {
        Life { ttl, used_ns: AtomicU64::new(clock::monotonic_ns()) }
    }

    pub(super) fn ttl(&self) -> Option<Duration> {
        self.ttl
    }

    /// It begins anew.
    pub(super) fn touch(&self) {
        if self.ttl.is_some() {
            self.used_ns.fetch_max(clock::monotonic_ns(), Ordering::Relaxed);
        }
    }

    pub(super) fn is_over(&self, now_ns: u64) -> bool {
        let unused = now_ns.saturating_sub(self.used_ns.load(Ordering::Relaxed));
        self.ttl.is_some_and(|ttl| u128::from(unused) >= ttl.as_nanos())
    }
}
