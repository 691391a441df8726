//! Workflow commands that GitHub shows as annotations of a job.
//!
//! One line for each check that failed, warned or is broken; what passed, was skipped or is excused says nothing.

use super::{CaseRecord, Record};
use crate::event::{Outcome, Word};
use crate::verdict::Verdict;

/// An annotation is read in the margin of a page: so many findings of one check are in it.
const FINDINGS_SHOWN: usize = 3;

/// A run as workflow commands; empty if there is nothing to annotate.
pub fn text(record: &Record) -> String {
    record.outcomes().filter_map(|(case, outcome)| line(case, outcome)).collect()
}

fn line(case: &CaseRecord, outcome: &Outcome) -> Option<String> {
    let command = match outcome.word() {
        Word::Failed | Word::Broken => "error",
        Word::Warned => "warning",
        Word::Passed | Word::Expected | Word::Inconclusive | Word::Skipped => return None,
    };
    let title = format!("{}: {} in {}", outcome.word().name(), outcome.check.slug, case.head.name);
    let mut message = match &outcome.verdict {
        Verdict::Broken { reason } => reason.clone(),
        verdict => {
            let findings = verdict.findings();
            let mut found: Vec<String> =
                findings.iter().take(FINDINGS_SHOWN).map(|finding| finding.what.clone()).collect();
            if findings.len() > FINDINGS_SHOWN {
                found.push(format!("… and {} more findings", findings.len() - FINDINGS_SHOWN));
            }
            format!("{} [{}]\nwhat to do: {}", found.join("\n"), outcome.check.source, outcome.check.advice)
        }
    };
    if let Some(again) = case.head.again_for(outcome.check) {
        message.push_str(&format!("\nagain: {again}"));
    }
    Some(format!("::{command} title={}::{}\n", property(&title), data(&message)))
}

/// The message of a command: line ends and the escape character are escaped.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A property of a command: what separates properties is escaped too.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
