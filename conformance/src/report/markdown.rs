//! A summary in Markdown, for pull requests and job pages.
//!
//! Totals first, then what changed since an earlier run, then every check with a finding, then what is broken. What
//! passed is a number.

use super::console::totals_line;
use super::coverage::Coverage;
use super::{CaseRecord, Record};
use crate::event::{Outcome, Word};
use crate::verdict::Verdict;

/// How many findings of one check are shown; other reports hold all of them.
const FINDINGS_SHOWN: usize = 5;

/// A run as Markdown.
pub fn text(record: &Record) -> String {
    let totals = record.totals();
    let headline = match (totals.broken, totals.failed) {
        (0, 0) => "nothing failed".to_owned(),
        (0, failed) => format!("{failed} failed"),
        (broken, 0) => format!("{broken} broken"),
        (broken, failed) => format!("{failed} failed, {broken} broken"),
    };
    let mut text = format!("# Conformance: {headline}\n\n{}\n", escaped(&totals_line(record)));
    let coverage = Coverage::of(record);
    text.push_str(&format!(
        "Rows of the catalogue of misbehaviours met: {} of {}. Rules for clients judged: {} of {}.\n",
        coverage.rows_met(),
        coverage.rows(),
        coverage.rules_judged(),
        coverage.rules(),
    ));
    if let Some(comparison) = &record.comparison {
        text.push_str("\n## Since the earlier run\n\n");
        for (heading, names) in comparison.parts() {
            text.push_str(&format!("- {heading}: {}\n", names.len()));
            for name in names {
                text.push_str(&format!("  - `{}` in {}\n", name.check, escaped(&name.case)));
            }
        }
    }
    for (word, heading) in [
        (Word::Failed, "Failed"),
        (Word::Broken, "Broken: the harness, the machine or the network"),
        (Word::Warned, "Warned"),
        (Word::Expected, "Expected failures"),
        (Word::Inconclusive, "Inconclusive"),
    ] {
        let hits: Vec<_> = record.outcomes().filter(|(_, outcome)| outcome.word() == word).collect();
        if !hits.is_empty() {
            text.push_str(&format!("\n## {heading}\n\n"));
            text.extend(hits.iter().map(|(case, outcome)| item(case, outcome)));
        }
    }
    text
}

fn item(case: &CaseRecord, outcome: &Outcome) -> String {
    let head = format!("- **`{}`** in {}", outcome.check.slug, escaped(&case.head.name));
    let findings = match &outcome.verdict {
        Verdict::Failed(findings) => findings,
        Verdict::Inconclusive { reason } | Verdict::Skipped { reason } | Verdict::Broken { reason } => {
            return format!("{head}: {}\n", escaped(reason));
        }
        Verdict::Passed { measured } => return format!("{head}: {}\n", escaped(measured)),
    };
    let check = outcome.check;
    let mut text = format!("{head}: {} ({})\n", escaped(check.title), escaped(check.source));
    for finding in findings.iter().take(FINDINGS_SHOWN) {
        text.push_str(&format!("  - {}\n", escaped(&finding.what)));
    }
    if findings.len() > FINDINGS_SHOWN {
        text.push_str(&format!("  - … and {} more findings\n", findings.len() - FINDINGS_SHOWN));
    }
    match &outcome.excuse {
        Some(excuse) => text.push_str(&format!("  - expected until {}: {}\n", excuse.until, escaped(&excuse.reason))),
        None => text.push_str(&format!("  - what to do: {}\n", escaped(check.advice))),
    }
    if let Some(again) = case.head.again_for(check) {
        text.push_str(&format!("  - again: `{again}`\n"));
    }
    text
}

/// Text that Markdown must not take for markup, in one line.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.trim_end().chars() {
        match c {
            '\n' | '\r' => safe.push(' '),
            '<' => safe.push_str("&lt;"),
            '&' => safe.push_str("&amp;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '#' => {
                safe.push('\\');
                safe.push(c);
            }
            c => safe.push(c),
        }
    }
    safe
}
