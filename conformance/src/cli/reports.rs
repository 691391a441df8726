//! Where the events of a run go: the console as it happens, files at the end.

use std::io::IsTerminal;

use super::args::ReportArg;
use super::progress::Progress;
use super::{Refusal, output};
use crate::baseline::Baseline;
use crate::event::{Event, ExitCode, Sink};
use crate::report::console::Console;
use crate::report::{Format, Record};

/// The reports of a run.
pub(crate) struct Outlets {
    record: Record,
    console: Option<Console<Stdout>>,
    progress: Option<Progress>,
    at_the_end: Vec<ReportArg>,
}

/// stdout through the one door.
pub(crate) struct Stdout;

impl std::io::Write for Stdout {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        output::result(&String::from_utf8_lossy(bytes));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Outlets {
    /// Opens what was asked for; the console if nothing was.
    ///
    /// # Errors
    /// Two reports on stdout.
    pub(crate) fn open(asked: &[ReportArg]) -> Result<Outlets, Refusal> {
        let (lines, documents): (Vec<&ReportArg>, Vec<&ReportArg>) =
            asked.iter().filter(|report| report.path.is_none()).partition(|report| report.format.is_lines());
        if documents.len() > 1 || (!documents.is_empty() && !lines.is_empty()) {
            let message =
                "two reports on stdout, and one of them is a whole document; give it a file: --report junit=report.xml";
            return Err(Refusal::new(ExitCode::Usage, message));
        }
        let at_the_end =
            asked.iter().filter(|report| report.path.is_some() || report.format != Format::Console).cloned().collect();
        Ok(Outlets {
            record: Record::default(),
            console: documents.is_empty().then(|| Console::new(Stdout)),
            progress: std::io::stderr().is_terminal().then(Progress::new),
            at_the_end,
        })
    }

    /// Compares with an earlier run if there is one, and writes the reports that wait for the end.
    ///
    /// # Errors
    /// A file that cannot be written.
    pub(crate) fn finish(mut self, baseline: Option<&Baseline>) -> Result<(), Refusal> {
        if let Some(baseline) = baseline {
            let comparison = baseline.compare(&self.record);
            match self.console {
                Some(_) => output::result(&comparison.text()),
                None => output::comment(&comparison.text()),
            }
            self.record.comparison = Some(comparison);
        }
        for report in self.at_the_end {
            let text = report.format.text(&self.record);
            match report.path {
                None => output::result(&text),
                Some(path) => std::fs::write(&path, text).map_err(|error| {
                    Refusal::new(ExitCode::Broken, format!("the report {} cannot be written: {error}", path.display()))
                })?,
            }
        }
        Ok(())
    }
}

impl Sink for Outlets {
    fn accept(&mut self, event: &Event) {
        self.record.accept(event);
        let console = &mut self.console;
        let mut print = || {
            if let Some(console) = console {
                console.accept(event);
            }
        };
        match &self.progress {
            None => print(),
            Some(progress) => progress.around(event, print),
        }
    }
}
