//! The report in the Test Anything Protocol, version 14.
//!
//! Each check is one test point, named after its case. A warning and an expected failure are `not ok … # TODO`, which
//! counts as no failure; inconclusive and skipped checks are `ok … # SKIP` with the word in the reason.

use super::{CaseRecord, Record};
use crate::event::{Outcome, Word};
use crate::verdict::Verdict;

/// A run as TAP.
pub fn text(record: &Record) -> String {
    let mut text = format!("TAP version 14\n1..{}\n", record.totals().sum());
    for (index, (case, outcome)) in record.outcomes().enumerate() {
        text.push_str(&point(index + 1, case, outcome));
    }
    text
}

fn point(number: usize, case: &CaseRecord, outcome: &Outcome) -> String {
    let name = escaped(&format!("{} - {}", case.head.name, outcome.check.slug));
    let word = outcome.word();
    let (ok, directive) = match (word, &outcome.verdict) {
        (Word::Passed, _) => ("ok", String::new()),
        (_, Verdict::Inconclusive { reason } | Verdict::Skipped { reason }) => {
            ("ok", format!(" # SKIP {}: {}", word.name(), escaped(&one_line(reason))))
        }
        (Word::Warned, _) => ("not ok", format!(" # TODO warned, {} is not a must", outcome.severity.name())),
        (Word::Expected, _) => {
            let until = outcome.excuse.as_ref();
            let until = until.map(|excuse| format!(" until {}: {}", excuse.until, escaped(&one_line(&excuse.reason))));
            ("not ok", format!(" # TODO expected{}", until.unwrap_or_default()))
        }
        _ => ("not ok", String::new()),
    };
    let mut text = format!("{ok} {number} - {name}{directive}\n");
    let mut detail: Vec<(&str, &str)> = Vec::new();
    match &outcome.verdict {
        Verdict::Failed(_) => detail.extend([("demands", outcome.check.title), ("source", outcome.check.source)]),
        Verdict::Broken { reason } => detail.extend([("verdict", word.name()), ("message", reason.as_str())]),
        _ => {}
    }
    if detail.is_empty() {
        return text;
    }
    text.push_str("  ---\n");
    for (key, value) in detail {
        text.push_str(&format!("  {key}: {}\n", quoted(value)));
    }
    let findings = outcome.verdict.findings();
    if !findings.is_empty() {
        text.push_str("  findings:\n");
        for finding in findings {
            text.push_str(&format!("    - {}\n", quoted(&finding.what)));
        }
        text.push_str(&format!("  advice: {}\n", quoted(outcome.check.advice)));
    }
    text.push_str("  ...\n");
    text
}

/// `#` begins a directive, and `\` escapes it.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('#', "\\#")
}

fn one_line(text: &str) -> String {
    text.lines().map(str::trim).collect::<Vec<_>>().join(" ")
}

/// A YAML scalar in double quotes: JSON's notation is one.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
