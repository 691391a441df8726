//! The JUnit report.
//!
//! A failed check is a `failure`, a broken one an `error`; inconclusive and skipped checks are `skipped` with the word
//! in the message; a warning and an expected failure are passed tests with the findings in their output, since JUnit has no such
//! states.

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use super::Record;
use crate::event::{Outcome, Word};
use crate::verdict::{Finding, Verdict};

/// A run as JUnit XML.
pub fn text(record: &Record) -> String {
    let mut report = Report::new("bank-conformance");
    report.set_time(record.elapsed);
    for case in &record.cases {
        let mut suite = TestSuite::new(case.head.name.as_str());
        if let Some(elapsed) = case.elapsed {
            suite.set_time(elapsed);
        }
        suite.add_test_cases(case.outcomes.iter().map(test_case));
        report.add_test_suite(suite);
    }
    report.to_string().expect("a report in memory always serialises")
}

fn test_case(outcome: &Outcome) -> TestCase {
    let status = match (outcome.word(), &outcome.verdict) {
        (Word::Failed, verdict) => with_findings(NonSuccessKind::Failure, outcome, verdict.findings()),
        (_, Verdict::Broken { reason }) => {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
            status.set_message(reason.as_str()).set_type("broken");
            status
        }
        (word, Verdict::Inconclusive { reason } | Verdict::Skipped { reason }) => {
            let mut status = TestCaseStatus::skipped();
            status.set_message(format!("{}: {reason}", word.name()));
            status
        }
        _ => TestCaseStatus::success(),
    };
    let mut case = TestCase::new(outcome.check.slug, status);
    case.set_classname(outcome.check.area.name()).set_time(outcome.elapsed);
    match &outcome.verdict {
        Verdict::Passed { measured } => drop(case.set_system_out(measured.as_str())),
        Verdict::Failed(findings) if outcome.word() != Word::Failed => {
            let excuse = outcome.excuse.as_ref();
            let excuse = excuse.map(|excuse| format!(" until {}: {}\n", excuse.until, excuse.reason));
            let word = outcome.word().name();
            case.set_system_out(format!("{word}:{} {}", excuse.unwrap_or_default(), findings_text(outcome, findings)));
        }
        _ => {}
    }
    case
}

fn with_findings(kind: NonSuccessKind, outcome: &Outcome, findings: &[Finding]) -> TestCaseStatus {
    let mut status = TestCaseStatus::non_success(kind);
    let first = findings.first().map_or(outcome.check.title, |finding| finding.what.as_str());
    status.set_message(first).set_type(outcome.severity.name()).set_description(findings_text(outcome, findings));
    status
}

fn findings_text(outcome: &Outcome, findings: &[Finding]) -> String {
    let mut text = format!("{} ({})\n", outcome.check.title, outcome.check.source);
    for finding in findings {
        text.push_str(&format!("- {}\n", finding.what));
        for evidence in &finding.evidence {
            text.push_str(&format!("  {evidence}\n"));
        }
    }
    text.push_str(&format!("what to do: {}", outcome.check.advice));
    text
}
