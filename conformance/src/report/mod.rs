//! Reports: pure folds over the events of a run.
//!
//! Owns the formats and the collection of outcomes case by case. Knows nothing of how checks work.

use std::time::Duration;

use crate::event::{Event, Outcome, Sink, Totals};

pub mod console;
pub mod json;
pub mod junit;

/// A report format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// Lines for people; ends in one line of totals.
    Console,
    /// JUnit XML for CI systems.
    Junit,
    /// JSON, frozen version 1.
    Json,
}

/// Every format with its name on the command line.
pub static FORMATS: &[(Format, &str)] =
    &[(Format::Console, "console"), (Format::Junit, "junit"), (Format::Json, "json")];

/// Everything a run produced, in the order of the plan whatever the order of arrival.
#[derive(Debug, Clone, Default)]
pub struct Record {
    /// The seed of the run.
    pub seed: u64,
    /// The cases.
    pub cases: Vec<CaseRecord>,
    /// How long everything took; zero while the run goes on.
    pub elapsed: Duration,
}

/// One case of a record.
#[derive(Debug, Clone)]
pub struct CaseRecord {
    /// Its name.
    pub name: String,
    /// Its outcomes in order.
    pub outcomes: Vec<Outcome>,
    /// How long it took, once it is over.
    pub elapsed: Option<Duration>,
}

impl Record {
    /// The totals of all outcomes.
    pub fn totals(&self) -> Totals {
        let mut totals = Totals::default();
        self.cases.iter().flat_map(|case| &case.outcomes).for_each(|outcome| totals.count(outcome.word()));
        totals
    }
}

impl Sink for Record {
    fn accept(&mut self, event: &Event) {
        match event {
            Event::RunStarted { seed, cases } => {
                self.seed = *seed;
                self.cases = cases
                    .iter()
                    .map(|name| CaseRecord { name: name.clone(), outcomes: Vec::new(), elapsed: None })
                    .collect();
            }
            Event::CaseStarted { .. } => {}
            Event::Checked(outcome) => {
                if let Some(case) = self.cases.get_mut(outcome.case) {
                    case.outcomes.push(outcome.clone());
                }
            }
            Event::CaseFinished { case, elapsed } => {
                if let Some(case) = self.cases.get_mut(*case) {
                    case.elapsed = Some(*elapsed);
                }
            }
            Event::RunFinished { elapsed } => self.elapsed = *elapsed,
        }
    }
}

#[cfg(test)]
mod tests;
