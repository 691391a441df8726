//! The JSON report, version 1: frozen. Members are only ever added.
//!
//! Owns its serde types, which nothing else uses.

use schemars::JsonSchema;
use serde::Serialize;

use super::Record;
use crate::baseline::{Comparison, Judgement};
use crate::event::{Outcome, Totals, Word};
use crate::verdict::{Evidence, EvidenceSource, Exchange, Finding, Verdict};

/// A run as JSON text, indented, with a final newline.
pub fn text(record: &Record) -> String {
    let mut text = serde_json::to_string_pretty(&report(record)).expect("the report types always serialise");
    text.push('\n');
    text
}

/// The JSON Schema of the report.
pub fn schema() -> String {
    let schema = schemars::schema_for!(ReportV1);
    let mut text = serde_json::to_string_pretty(&schema).expect("a schema always serialises");
    text.push('\n');
    text
}

#[derive(Serialize, JsonSchema)]
#[schemars(title = "bank-conformance report v1")]
struct ReportV1 {
    /// Always `v1`.
    report: &'static str,
    seed: u64,
    elapsed_ms: u64,
    totals: TotalsV1,
    /// The exit code of the run.
    exit_code: u8,
    cases: Vec<CaseV1>,
    /// What changed since an earlier run, if it was compared with one.
    #[serde(skip_serializing_if = "Option::is_none")]
    baseline: Option<BaselineV1>,
}

#[derive(Serialize, JsonSchema)]
struct BaselineV1 {
    /// Failing or warned now, and not then.
    new: Vec<JudgementV1>,
    /// Failing or warned then, and passing or expected now.
    fixed: Vec<JudgementV1>,
    /// Failing or warned then and now.
    still_failing: Vec<JudgementV1>,
    /// Failing or warned then, and without a judgement now.
    not_judged: Vec<JudgementV1>,
}

#[derive(Serialize, JsonSchema)]
struct JudgementV1 {
    /// Name of the case.
    case: String,
    /// Name of the check.
    check: String,
}

#[derive(Serialize, JsonSchema)]
struct TotalsV1 {
    passed: usize,
    failed: usize,
    warned: usize,
    /// Known failures, excused for now.
    expected: usize,
    inconclusive: usize,
    skipped: usize,
    broken: usize,
}

#[derive(Serialize, JsonSchema)]
struct CaseV1 {
    name: String,
    /// The scenario it plays in.
    #[serde(skip_serializing_if = "Option::is_none")]
    scenario: Option<String>,
    /// The command line that runs it alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    again: Option<String>,
    elapsed_ms: u64,
    checks: Vec<CheckV1>,
}

#[derive(Serialize, JsonSchema)]
struct CheckV1 {
    check: &'static str,
    ids: Vec<&'static str>,
    title: &'static str,
    source: &'static str,
    area: &'static str,
    /// `must`, `should` or `may`.
    severity: &'static str,
    /// `passed`, `failed`, `warned`, `expected`, `inconclusive`, `skipped` or `broken`.
    verdict: &'static str,
    elapsed_ms: u64,
    /// What was measured (passed), or why there is no judgement (inconclusive, skipped, broken).
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    findings: Vec<FindingV1>,
    /// What a good target does; given with findings.
    #[serde(skip_serializing_if = "Option::is_none")]
    advice: Option<&'static str>,
    /// Why a failure is excused for now.
    #[serde(skip_serializing_if = "Option::is_none")]
    excuse: Option<ExcuseV1>,
}

#[derive(Serialize, JsonSchema)]
struct ExcuseV1 {
    reason: String,
    /// The last day on which it is excused.
    until: String,
}

#[derive(Serialize, JsonSchema)]
struct FindingV1 {
    what: String,
    evidence: Vec<EvidenceV1>,
}

#[derive(Serialize, JsonSchema)]
struct EvidenceV1 {
    /// The evidence in one line.
    text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    journal_seq: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    step: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    exchange: Option<ExchangeV1>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pointer: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    measured: Option<String>,
}

#[derive(Serialize, JsonSchema)]
struct ExchangeV1 {
    number: u64,
    method: String,
    url: String,
    request_headers: Vec<(String, String)>,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_body: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    response_headers: Vec<(String, String)>,
    #[serde(skip_serializing_if = "Option::is_none")]
    response_body: Option<String>,
    /// Why no whole answer came.
    #[serde(skip_serializing_if = "Option::is_none")]
    trouble: Option<String>,
    /// The bank's own reference to the exchange.
    #[serde(skip_serializing_if = "Option::is_none")]
    reference: Option<String>,
}

fn report(record: &Record) -> ReportV1 {
    let totals = record.totals();
    ReportV1 {
        report: "v1",
        seed: record.seed,
        elapsed_ms: millis(record.elapsed),
        totals: totals.into(),
        exit_code: totals.exit_code() as u8,
        cases: record
            .cases
            .iter()
            .map(|case| CaseV1 {
                name: case.head.name.clone(),
                scenario: case.head.scenario.clone(),
                again: case.head.again.clone(),
                elapsed_ms: case.elapsed.map_or(0, millis),
                checks: case.outcomes.iter().map(check).collect(),
            })
            .collect(),
        baseline: record.comparison.as_ref().map(baseline),
    }
}

fn baseline(comparison: &Comparison) -> BaselineV1 {
    let names = |names: &[Judgement]| {
        let name = |name: &Judgement| JudgementV1 { case: name.case.clone(), check: name.check.clone() };
        names.iter().map(name).collect()
    };
    BaselineV1 {
        new: names(&comparison.new),
        fixed: names(&comparison.fixed),
        still_failing: names(&comparison.still_failing),
        not_judged: names(&comparison.not_judged),
    }
}

fn check(outcome: &Outcome) -> CheckV1 {
    let findings = outcome.verdict.findings();
    CheckV1 {
        check: outcome.check.slug,
        ids: outcome.check.ids.to_vec(),
        title: outcome.check.title,
        source: outcome.check.source,
        area: outcome.check.area.name(),
        severity: outcome.severity.name(),
        verdict: outcome.word().name(),
        elapsed_ms: millis(outcome.elapsed),
        detail: match &outcome.verdict {
            Verdict::Passed { measured } => Some(measured.clone()),
            Verdict::Failed(_) => None,
            Verdict::Inconclusive { reason } | Verdict::Skipped { reason } | Verdict::Broken { reason } => {
                Some(reason.clone())
            }
        },
        findings: findings.iter().map(finding).collect(),
        advice: matches!(outcome.word(), Word::Failed | Word::Warned).then_some(outcome.check.advice),
        excuse: outcome
            .excuse
            .as_ref()
            .map(|excuse| ExcuseV1 { reason: excuse.reason.clone(), until: excuse.until.to_string() }),
    }
}

fn finding(finding: &Finding) -> FindingV1 {
    FindingV1 { what: finding.what.clone(), evidence: finding.evidence.iter().map(evidence).collect() }
}

fn evidence(evidence: &Evidence) -> EvidenceV1 {
    let mut wire = EvidenceV1 {
        text: evidence.to_string(),
        journal_seq: None,
        step: None,
        exchange: None,
        pointer: evidence.pointer.clone(),
        measured: evidence.measured.clone(),
    };
    match &evidence.source {
        EvidenceSource::Exchange(captured) => wire.exchange = Some(exchange(captured)),
        EvidenceSource::Journal { seq, .. } => wire.journal_seq = Some(*seq),
        EvidenceSource::Output { step, .. } => wire.step = Some(*step),
    }
    wire
}

fn exchange(exchange: &Exchange) -> ExchangeV1 {
    let answer = exchange.answer.as_ref();
    ExchangeV1 {
        number: exchange.number,
        method: exchange.method.clone(),
        url: exchange.url.clone(),
        request_headers: exchange.request_headers.clone(),
        request_body: exchange.request_body.clone(),
        status: answer.map(|answer| answer.status),
        response_headers: answer.map(|answer| answer.headers.clone()).unwrap_or_default(),
        response_body: answer.map(|answer| answer.body.clone()),
        trouble: exchange.trouble.clone(),
        reference: exchange.reference.clone(),
    }
}

fn millis(length: std::time::Duration) -> u64 {
    u64::try_from(length.as_millis()).unwrap_or(u64::MAX)
}

impl From<Totals> for TotalsV1 {
    fn from(totals: Totals) -> TotalsV1 {
        let Totals { passed, failed, warned, expected, inconclusive, skipped, broken } = totals;
        TotalsV1 { passed, failed, warned, expected, inconclusive, skipped, broken }
    }
}
