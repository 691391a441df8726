//! The report as one page for a browser: nothing is loaded from elsewhere, nothing runs in it.
//!
//! Owns what the page shows and in which order; `templates/report.html` owns how it looks. What went wrong comes first:
//! the clause, what a good target does, the requests on an axis of time, the exchanges (secrets were replaced when they
//! were captured), and the command that shows it again.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{Environment, UndefinedBehavior};
use serde::Serialize;

use super::console::totals_line;
use super::coverage::Coverage;
use super::timeline::{self, Timeline};
use super::{CaseRecord, Record};
use crate::event::{Outcome, Word};
use crate::journal::{Entry, Journal};
use crate::verdict::{Evidence, EvidenceSource, Exchange, Verdict};

/// Characters of a body that are shown; the JSON report and the journal hold the rest.
const BODY: usize = 2_000;
/// Pieces of evidence of one finding that are shown with their exchanges.
const EVIDENCE: usize = 12;

static PAGE: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut page = Environment::new();
    page.set_undefined_behavior(UndefinedBehavior::Strict);
    let tidy = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build();
    page.set_syntax(tidy.expect("the usual delimiters are legal"));
    let text = include_str!("../../templates/report.html");
    page.add_template("report.html", text).expect("the template is part of the program and tested");
    page
});

/// A run as an HTML document.
pub fn text(record: &Record) -> String {
    let coverage = Coverage::of(record);
    let totals = record.totals();
    let words = Word::ALL.iter().map(|word| (word.name(), totals.of(*word))).filter(|(_, count)| *count > 0);
    let mut cases: Vec<CaseView> =
        record.cases.iter().enumerate().map(|(index, case)| case_view(index, case)).collect();
    // Stable: the order of the plan holds among the good and among the bad.
    cases.sort_by_key(|case| !case.open);
    let comparison = record.comparison.as_ref().map(|comparison| {
        let parts = comparison.parts();
        parts.map(|(heading, names)| {
            let names: Vec<String> = names.iter().map(|name| format!("{} in {}", name.check, name.case)).collect();
            (heading, names)
        })
    });
    let page = Page {
        seed: record.seed,
        total: totals_line(record),
        verdict: if totals.broken > 0 {
            Word::Broken
        } else if totals.failed > 0 {
            Word::Failed
        } else {
            Word::Passed
        }
        .name(),
        words: words.collect(),
        rows_met: coverage.rows_met(),
        rows: coverage.rows(),
        rules_judged: coverage.rules_judged(),
        rules: coverage.rules(),
        rules_known: coverage.rules_known(),
        coverage,
        comparison,
        cases,
    };
    let template = PAGE.get_template("report.html").expect("the template is there");
    template.render(Serde(page)).expect("the template knows every value it is given")
}

#[derive(Serialize)]
struct Page {
    seed: u64,
    total: String,
    verdict: &'static str,
    words: Vec<(&'static str, usize)>,
    rows_met: usize,
    rows: usize,
    rules_judged: usize,
    rules: usize,
    rules_known: usize,
    coverage: Coverage,
    comparison: Option<[(&'static str, Vec<String>); 4]>,
    cases: Vec<CaseView>,
}

#[derive(Serialize)]
struct CaseView {
    anchor: String,
    name: String,
    elapsed: String,
    words: Vec<(&'static str, usize)>,
    again: Option<String>,
    open: bool,
    timeline: Option<Timeline>,
    checks: Vec<CheckView>,
}

#[derive(Serialize)]
struct CheckView {
    anchor: String,
    slug: &'static str,
    ids: String,
    word: &'static str,
    title: &'static str,
    source: &'static str,
    severity: &'static str,
    advice: &'static str,
    excuse: Option<String>,
    detail: Option<String>,
    findings: Vec<FindingView>,
    again: Option<String>,
}

#[derive(Serialize)]
struct FindingView {
    what: String,
    evidence: Vec<EvidenceView>,
    left_out: usize,
}

#[derive(Serialize)]
struct EvidenceView {
    text: String,
    exchange: Option<ExchangeView>,
}

#[derive(Serialize)]
struct ExchangeView {
    request: String,
    response: String,
}

fn case_view(index: usize, case: &CaseRecord) -> CaseView {
    let findings = case.outcomes.iter().flat_map(|outcome| outcome.verdict.findings());
    let cited: BTreeSet<u64> = timeline::cited(findings);
    let count = |word: Word| case.outcomes.iter().filter(|outcome| outcome.word() == word).count();
    let words = Word::ALL.iter().map(|word| (word.name(), count(*word))).filter(|(_, count)| *count > 0).collect();
    let is_bad = |outcome: &Outcome| matches!(outcome.word(), Word::Failed | Word::Broken | Word::Warned);
    CaseView {
        anchor: format!("case-{index}"),
        name: case.head.name.clone(),
        elapsed: format!("{:.1} s", case.elapsed.unwrap_or_default().as_secs_f64()),
        words,
        again: case.head.again.clone(),
        open: case.outcomes.iter().any(is_bad),
        timeline: case.journal.as_deref().and_then(|journal| Timeline::of(journal, &cited)),
        checks: case.outcomes.iter().map(|outcome| check_view(index, case, outcome)).collect(),
    }
}

fn check_view(index: usize, case: &CaseRecord, outcome: &Outcome) -> CheckView {
    let check = outcome.check;
    let finding = |finding: &crate::verdict::Finding| FindingView {
        what: finding.what.clone(),
        evidence: finding
            .evidence
            .iter()
            .take(EVIDENCE)
            .map(|proof| evidence(proof, case.journal.as_deref()))
            .collect(),
        left_out: finding.evidence.len().saturating_sub(EVIDENCE),
    };
    CheckView {
        anchor: format!("case-{index}-{}", check.slug),
        slug: check.slug,
        ids: check.ids.join(" "),
        word: outcome.word().name(),
        title: check.title,
        source: check.source,
        severity: outcome.severity.name(),
        advice: check.advice,
        excuse: outcome.excuse.as_ref().map(|excuse| format!("expected until {}: {}", excuse.until, excuse.reason)),
        detail: match &outcome.verdict {
            Verdict::Passed { measured } => Some(measured.clone()),
            Verdict::Inconclusive { reason } | Verdict::Skipped { reason } | Verdict::Broken { reason } => {
                Some(reason.clone())
            }
            Verdict::Failed(_) => None,
        },
        findings: outcome.verdict.findings().iter().map(finding).collect(),
        again: case.head.again_for(check).filter(|again| case.head.again.as_ref() != Some(again)),
    }
}

fn evidence(proof: &Evidence, journal: Option<&Journal>) -> EvidenceView {
    let exchange = match &proof.source {
        EvidenceSource::Exchange(exchange) => Some(of_exchange(exchange)),
        EvidenceSource::Journal { seq, .. } => {
            let entries = journal.map(Journal::entries).unwrap_or_default();
            entries.iter().find(|entry| entry.seq == *seq).map(of_entry)
        }
        EvidenceSource::Output { .. } => None,
    };
    EvidenceView { text: proof.to_string(), exchange }
}

fn of_exchange(exchange: &Exchange) -> ExchangeView {
    let line = format!("{} {}", exchange.method, exchange.url);
    let response = match (&exchange.answer, &exchange.trouble) {
        (Some(answer), trouble) => {
            let trouble = trouble.as_ref().map(|trouble| format!(" ({trouble})")).unwrap_or_default();
            message(&format!("{}{trouble}", answer.status), &answer.headers, Some(&answer.body))
        }
        (None, trouble) => trouble.clone().unwrap_or_else(|| "no answer".to_owned()),
    };
    ExchangeView { request: message(&line, &exchange.request_headers, exchange.request_body.as_deref()), response }
}

fn of_entry(entry: &Entry) -> ExchangeView {
    let line = format!("{} {}", entry.method, entry.target);
    let answer = entry.response.as_ref();
    let headers = answer.map(|answer| answer.headers.as_slice()).unwrap_or_default();
    ExchangeView {
        request: message(&line, &entry.request.headers, entry.request.body.as_deref()),
        response: message(&timeline::outcome(entry), headers, answer.and_then(|answer| answer.body.as_deref())),
    }
}

/// A message as it is read: first line, headers, blank line, body.
fn message(line: &str, headers: &[(String, String)], body: Option<&str>) -> String {
    let mut text = format!("{line}\n");
    text.extend(headers.iter().map(|(name, value)| format!("{name}: {value}\n")));
    if let Some(body) = body.filter(|body| !body.is_empty()) {
        text.push('\n');
        text.push_str(&timeline::clipped(body, BODY));
    }
    text
}
