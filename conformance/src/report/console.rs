//! The console report: lines for people.
//!
//! Owns the wording and the order: a case is printed whole, in the order of the plan, as soon as every case before it
//! is complete. Writes to whatever it is given; colour is decided by the caller's stream.

use std::io::Write;
use std::time::Duration;

use super::{CaseRecord, Record};
use crate::baseline::Comparison;
use crate::event::{Event, Outcome, Sink};
use crate::verdict::Verdict;

/// A sink that prints cases as they complete and ends in one line of totals.
pub struct Console<W> {
    out: W,
    record: Record,
    printed: usize,
}

/// How many findings of one check are printed; reports in files hold all of them.
const FINDINGS_SHOWN: usize = 5;
/// How many pieces of evidence of one finding are printed.
const EVIDENCE_SHOWN: usize = 6;

impl<W: Write + Send> Console<W> {
    /// Prints to `out`.
    pub fn new(out: W) -> Console<W> {
        Console { out, record: Record::default(), printed: 0 }
    }

    /// What was printed to.
    pub fn into_inner(self) -> W {
        self.out
    }

    fn print(&mut self, text: &str) {
        // A closed pipe (`| head`) must not end a run whose exit code somebody waits for.
        let _ = self.out.write_all(text.as_bytes());
        let _ = self.out.flush();
    }

    fn print_complete_cases(&mut self) {
        while let Some(case) = self.record.cases.get(self.printed).filter(|case| case.elapsed.is_some()) {
            let text = case_text(case);
            self.print(&text);
            self.printed += 1;
        }
    }
}

impl<W: Write + Send> Sink for Console<W> {
    fn accept(&mut self, event: &Event) {
        self.record.accept(event);
        match event {
            Event::CaseFinished { .. } => self.print_complete_cases(),
            Event::RunFinished { .. } => {
                let text = totals_line(&self.record);
                self.print(&text);
            }
            Event::RunStarted { .. } | Event::CaseStarted { .. } | Event::Checked(_) | Event::Observed { .. } => {}
        }
    }
}

/// A finished run as text.
pub fn text(record: &Record) -> String {
    let cases: String = record.cases.iter().map(case_text).collect();
    cases + &totals_line(record) + &record.comparison.as_ref().map(Comparison::text).unwrap_or_default()
}

/// The last line of a run: `81 checks in 12 cases: 80 passed, 1 skipped (4.2 s)`.
pub fn totals_line(record: &Record) -> String {
    let totals = record.totals();
    let plural = |count: usize, noun: &str| format!("{count} {noun}{}", if count == 1 { "" } else { "s" });
    format!(
        "{} in {}: {totals} ({})\n",
        plural(totals.sum(), "check"),
        plural(record.cases.len(), "case"),
        seconds(record.elapsed)
    )
}

fn case_text(case: &CaseRecord) -> String {
    let mut text = format!("{} ({})\n", case.head.name, seconds(case.elapsed.unwrap_or_default()));
    let width = case.outcomes.iter().map(|outcome| outcome.check.slug.len()).max().unwrap_or(0);
    match one_reason(&case.outcomes) {
        Some(reason) => text.push_str(&format!("  broken       all {} checks  {reason}\n", case.outcomes.len())),
        None => text.extend(case.outcomes.iter().map(|outcome| outcome_text(outcome, width))),
    }
    text.push('\n');
    text
}

/// Why every check of a case is broken, if it is one reason for several checks.
fn one_reason(outcomes: &[Outcome]) -> Option<&str> {
    let Verdict::Broken { reason: first } = &outcomes.get(..2)?.first()?.verdict else { return None };
    let same = |outcome: &Outcome| matches!(&outcome.verdict, Verdict::Broken { reason } if reason == first);
    outcomes.iter().all(same).then_some(first)
}

fn outcome_text(outcome: &Outcome, width: usize) -> String {
    let word = outcome.word().name();
    let slug = outcome.check.slug;
    let line = |detail: &str| format!("  {word:<12} {slug:<width$}  {detail}\n");
    match &outcome.verdict {
        Verdict::Passed { measured } => line(measured),
        Verdict::Inconclusive { reason } | Verdict::Skipped { reason } | Verdict::Broken { reason } => line(reason),
        Verdict::Failed(findings) => {
            let mut text = line(&format!("{} [{}]", outcome.check.title, outcome.check.source));
            for finding in findings.iter().take(FINDINGS_SHOWN) {
                text.push_str(&format!("      {}\n", finding.what));
                for evidence in finding.evidence.iter().take(EVIDENCE_SHOWN) {
                    text.push_str(&format!("        {evidence}\n"));
                }
                if finding.evidence.len() > EVIDENCE_SHOWN {
                    text.push_str(&format!("        … and {} more\n", finding.evidence.len() - EVIDENCE_SHOWN));
                }
            }
            if findings.len() > FINDINGS_SHOWN {
                text.push_str(&format!("      … and {} more findings\n", findings.len() - FINDINGS_SHOWN));
            }
            if let Some(excuse) = &outcome.excuse {
                text.push_str(&format!("      expected until {}: {}\n", excuse.until, excuse.reason));
            } else {
                text.push_str(&format!("      what to do: {}\n", outcome.check.advice));
            }
            text
        }
    }
}

fn seconds(length: Duration) -> String {
    format!("{:.1} s", length.as_secs_f64())
}
