//! How busy the machine is while a client is watched.
//!
//! Owns a small piece of work that is done ten times a second beside a client, and how much longer it takes than at its
//! best. A check with an upper bound in real time looks here before it calls anybody slow. Knows nothing of clients, of
//! banks or of what is judged.

use std::collections::VecDeque;
use std::fmt;
use std::hint::black_box;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_lc_rs::digest::{SHA256, digest};

use crate::clock::Stopwatch;

/// How far the machine itself was behind, at its worst.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Strain {
    /// How many times longer the same work took than at its best, over the worst second; 1 is an idle machine.
    pub slowdown: f64,
    /// How late a wait of a tenth of a second ended.
    pub late: Duration,
}

/// Watches the machine until it is dropped.
pub(crate) struct Watch {
    seen: Arc<Mutex<Seen>>,
    _stop: mpsc::Sender<()>,
}

#[derive(Default)]
struct Seen {
    recent: VecDeque<f64>,
    worst: Strain,
}

/// How often the machine is looked at.
const EVERY: Duration = Duration::from_millis(100);
/// Looks whose mean is the slowdown of one second: a single look says more of the scheduler than of the machine.
const SECOND: usize = 10;
/// Pieces of the work; about two milliseconds together.
const PIECES: u32 = 48;
static PIECE: [u8; 64 << 10] = [0x5a; 64 << 10];
/// The shortest time one piece ever took in this process, in nanoseconds: too short to be interrupted even on a machine
/// that is busy from the start.
static BEST_NS: AtomicU64 = AtomicU64::new(u64::MAX);

impl Strain {
    /// What a limit comes to on a machine like this: whoever needs no longer may have been within it.
    pub fn stretched(&self, limit: Duration) -> Duration {
        limit.mul_f64(self.slowdown.max(1.0)) + self.late
    }
}

impl Default for Strain {
    fn default() -> Strain {
        Strain { slowdown: 1.0, late: Duration::ZERO }
    }
}

impl fmt::Display for Strain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the machine did the same work {:.1} times slower than at its best and began it up to {} ms late",
            self.slowdown,
            self.late.as_millis()
        )
    }
}

impl Watch {
    /// Starts looking.
    pub(crate) fn start() -> Watch {
        let seen = Arc::<Mutex<Seen>>::default();
        let (stop, stopped) = mpsc::channel();
        let noted = Arc::clone(&seen);
        // A thread of its own, as the judged process has: what waits for a turn in the harness's own queue says nothing
        // of the machine. Without one (there is a limit) nothing is seen, and nobody is excused.
        let _ = std::thread::Builder::new().name("machine-watch".to_owned()).spawn(move || {
            loop {
                let due = Stopwatch::start();
                if stopped.recv_timeout(EVERY) != Err(RecvTimeoutError::Timeout) {
                    break;
                }
                let late = due.elapsed().saturating_sub(EVERY);
                let slowdown = work();
                noted.lock().unwrap_or_else(PoisonError::into_inner).note(slowdown, late);
            }
        });
        Watch { seen, _stop: stop }
    }

    /// The worst since the start.
    pub(crate) fn strain(&self) -> Strain {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).worst
    }
}

impl Seen {
    fn note(&mut self, slowdown: f64, late: Duration) {
        self.recent.push_back(slowdown);
        if self.recent.len() > SECOND {
            self.recent.pop_front();
        }
        if self.recent.len() == SECOND {
            let mean = self.recent.iter().sum::<f64>() / SECOND as f64;
            self.worst.slowdown = self.worst.slowdown.max(mean);
        }
        self.worst.late = self.worst.late.max(late);
    }
}

/// Does the work once: how many times longer it took than it could have.
fn work() -> f64 {
    let (whole, mut best) = (Stopwatch::start(), u64::MAX);
    for _ in 0..PIECES {
        let piece = Stopwatch::start();
        black_box(digest(&SHA256, black_box(&PIECE)));
        best = best.min(u64::try_from(piece.elapsed().as_nanos()).unwrap_or(u64::MAX));
    }
    let ever = BEST_NS.fetch_min(best, Ordering::Relaxed).min(best);
    whole.elapsed().as_secs_f64() / (Duration::from_nanos(ever) * PIECES).as_secs_f64()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_second_counts_and_the_latest_wake() {
        let mut seen = Seen::default();
        let ms = Duration::from_millis;
        (0..9).for_each(|_| seen.note(4.0, ms(2)));
        assert_eq!(seen.worst, Strain { slowdown: 1.0, late: ms(2) }, "less than a second says nothing");
        seen.note(4.0, ms(70));
        (0..30).for_each(|_| seen.note(1.0, ms(1)));
        assert_eq!(seen.worst, Strain { slowdown: 4.0, late: ms(70) });
        assert_eq!(seen.worst.stretched(ms(2_000)), ms(8_070));
        insta::assert_snapshot!(seen.worst, @"the machine did the same work 4.0 times slower than at its best and began it up to 70 ms late");
        assert_eq!(Strain::default().stretched(ms(2_000)), ms(2_000));
    }

    #[test]
    fn the_same_work_never_takes_less_than_at_its_best() {
        assert!(work() >= 1.0 && work() >= 1.0);
    }

    #[test]
    fn a_watch_that_saw_nothing_excuses_nobody() {
        assert_eq!(Watch::start().strain(), Strain::default());
    }
}
