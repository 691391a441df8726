//! A line of progress on a terminal's stderr, gone when the run is over.

use indicatif::{ProgressBar, ProgressStyle};

use crate::event::Event;

/// The line.
pub(crate) struct Progress(ProgressBar);

impl Progress {
    /// A line that is not drawn yet.
    pub(crate) fn new() -> Progress {
        let style = ProgressStyle::with_template("{spinner} {pos}/{len} cases, {msg}");
        Progress(ProgressBar::new(0).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar())))
    }

    /// Follows an event, hiding the line while something else is printed.
    pub(crate) fn around(&self, event: &Event, print: impl FnOnce()) {
        match event {
            Event::RunStarted { cases, .. } => self.0.set_length(cases.len() as u64),
            Event::CaseStarted { .. } | Event::Observed { .. } => {}
            Event::Checked(outcome) => self.0.set_message(format!("{} {}", outcome.check.slug, outcome.word().name())),
            Event::CaseFinished { .. } => self.0.inc(1),
            Event::RunFinished { .. } => self.0.finish_and_clear(),
        }
        self.0.suspend(print);
    }
}
