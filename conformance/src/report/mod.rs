//! Reports: pure folds over the events of a run.
//!
//! Owns the formats and the collection of outcomes case by case. Knows nothing of how checks work.

use std::sync::Arc;
use std::time::Duration;

use crate::baseline::Comparison;
use crate::event::{CaseHead, Event, Outcome, Sink, Totals};
use crate::journal::Journal;

pub mod console;
mod coverage;
pub mod github;
pub mod html;
pub mod json;
pub mod junit;
pub mod markdown;
pub mod tap;
mod timeline;

/// A report format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// Lines for people; ends in one line of totals.
    Console,
    /// JUnit XML for CI systems.
    Junit,
    /// JSON, frozen version 1.
    Json,
    /// One self-contained page for a browser.
    Html,
    /// A summary for pull requests and job pages.
    Markdown,
    /// Test Anything Protocol, version 14.
    Tap,
    /// Workflow commands that GitHub shows as annotations.
    Github,
}

/// Every format with its name on the command line.
pub static FORMATS: &[(Format, &str)] = &[
    (Format::Console, "console"),
    (Format::Html, "html"),
    (Format::Junit, "junit"),
    (Format::Json, "json"),
    (Format::Markdown, "markdown"),
    (Format::Tap, "tap"),
    (Format::Github, "github"),
];

impl Format {
    /// A finished run in this format.
    pub fn text(self, record: &Record) -> String {
        match self {
            Format::Console => console::text(record),
            Format::Junit => junit::text(record),
            Format::Json => json::text(record),
            Format::Html => html::text(record),
            Format::Markdown => markdown::text(record),
            Format::Tap => tap::text(record),
            Format::Github => github::text(record),
        }
    }

    /// `true` for lines that may stand among others; every other format is one whole document.
    pub fn is_lines(self) -> bool {
        matches!(self, Format::Console | Format::Github)
    }
}

/// Everything a run produced, in the order of the plan whatever the order of arrival.
#[derive(Debug, Clone, Default)]
pub struct Record {
    /// The seed of the run.
    pub seed: u64,
    /// The cases.
    pub cases: Vec<CaseRecord>,
    /// How long everything took; zero while the run goes on.
    pub elapsed: Duration,
    /// What changed since an earlier run, if there is one to compare with.
    pub comparison: Option<Comparison>,
}

/// One case of a record.
#[derive(Debug, Clone)]
pub struct CaseRecord {
    /// What was known of it before it began.
    pub head: CaseHead,
    /// Its outcomes in order.
    pub outcomes: Vec<Outcome>,
    /// What the bank saw of the client; kept only if there is a finding to be shown with it.
    pub journal: Option<Arc<Journal>>,
    /// How long it took, once it is over.
    pub elapsed: Option<Duration>,
}

impl Record {
    /// Every outcome with its case, in the order of the plan.
    pub fn outcomes(&self) -> impl Iterator<Item = (&CaseRecord, &Outcome)> {
        self.cases.iter().flat_map(|case| case.outcomes.iter().map(move |outcome| (case, outcome)))
    }

    /// The totals of all outcomes.
    pub fn totals(&self) -> Totals {
        let mut totals = Totals::default();
        self.outcomes().for_each(|(_, outcome)| totals.count(outcome.word()));
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
                    .map(|head| CaseRecord { head: head.clone(), outcomes: Vec::new(), journal: None, elapsed: None })
                    .collect();
            }
            Event::CaseStarted { .. } => {}
            Event::Checked(outcome) => {
                if let Some(case) = self.cases.get_mut(outcome.case) {
                    case.outcomes.push(outcome.clone());
                }
            }
            Event::Observed { case, journal } => {
                if let Some(case) = self.cases.get_mut(*case)
                    && case.outcomes.iter().any(|outcome| !outcome.verdict.findings().is_empty())
                {
                    case.journal = Some(Arc::clone(journal));
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
pub(crate) mod tests;
