//! What a world is made from, so that it can be made again.

use std::sync::Arc;

use bank_fixtures::seed::Seed;
use jiff::Timestamp;

use crate::bank::BankProfile;
use crate::clock::{Clock, Mode};

/// The seed of a world that names none.
pub const DEFAULT_SEED: Seed = Seed::new(1);

/// The description of a world. The same blueprint makes the same world, but for a start that is left to the wall clock.
#[derive(Debug, Clone)]
pub struct Blueprint {
    /// Its name.
    pub name: String,
    /// Where all its chance comes from.
    pub seed: Seed,
    /// How its time runs.
    pub clock: ClockPlan,
    /// Its banks.
    pub banks: Vec<Arc<BankProfile>>,
}

impl Blueprint {
    /// A world as usual: every shipped bank, the machine's time.
    pub fn new(name: &str) -> Blueprint {
        Blueprint {
            name: name.to_owned(),
            seed: DEFAULT_SEED,
            clock: ClockPlan::REAL,
            banks: BankProfile::shipped().to_vec(),
        }
    }
}

/// How a world's time runs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ClockPlan {
    /// Speed.
    pub mode: Mode,
    /// First instant; the machine's time if it is not given.
    pub start: Option<Timestamp>,
}

impl ClockPlan {
    /// The machine's time.
    pub const REAL: ClockPlan = ClockPlan { mode: Mode::Real, start: None };

    /// The clock, set to its start.
    pub fn clock(&self) -> Clock {
        match self.start {
            Some(start) => Clock::new(start, self.mode),
            None => Clock::new(crate::clock::wall(), self.mode),
        }
    }
}
