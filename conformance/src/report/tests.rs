//! Every verdict in every format.

use std::sync::Arc;
use std::time::Duration;

use super::console::Console;
use super::*;
use crate::check;
use crate::event::CaseHead;
use crate::expected::Expected;
use crate::suite::Severity;
use crate::verdict::{Answer, Evidence, Exchange, Finding, Verdict};

fn exchange() -> Arc<Exchange> {
    Arc::new(Exchange {
        number: 7,
        method: "GET".to_owned(),
        url: "http://127.0.0.1:1/plain/accounts".to_owned(),
        request_headers: vec![("authorization".to_owned(), "Bearer <hidden>".to_owned())],
        request_body: None,
        answer: Some(Answer {
            status: 500,
            headers: vec![("content-type".to_owned(), "text/html".to_owned())],
            body: "<b>\u{1}oops & \"bye\"</b>".to_owned(),
        }),
        trouble: None,
        reference: Some("req-1".to_owned()),
    })
}

/// A run with every word in it, told out of order as parallel cases tell it.
fn events() -> Vec<Event> {
    let finding = Finding::new("answered 500; 200 is due")
        .with(Evidence::from(exchange()).at("/data/0/id").measuring("acc_1"))
        .with(Evidence::journal(12, "GET /plain/accounts → 500"))
        .with(Evidence::output(0, "transactions"));
    let checked = |case, slug: &str, severity, verdict| {
        let check = check::find(slug).unwrap();
        Event::Checked(Outcome { case, check, severity, verdict, excuse: None, elapsed: Duration::from_millis(5) })
    };
    let client = CaseHead {
        name: "client / lost-reply".to_owned(),
        scenario: Some("lost-reply".to_owned()),
        covers: vec!["J4".to_owned(), "C31".to_owned()],
        again: Some("bank-conformance run --target client.yaml --scenario lost-reply --seed 42".to_owned()),
    };
    vec![
        Event::RunStarted {
            seed: 42,
            cases: vec![CaseHead { name: "bank one".to_owned(), ..CaseHead::default() }, client],
        },
        Event::CaseStarted { case: 0 },
        Event::CaseStarted { case: 1 },
        checked(1, "code-single-use", Severity::Must, Verdict::inconclusive("3 of 8 attempts seen")),
        checked(1, "pkce-required", Severity::Must, Verdict::broken("connection refused")),
        Event::CaseFinished { case: 1, elapsed: Duration::from_millis(250) },
        checked(0, "ids-unique", Severity::Must, Verdict::passed("63 ids")),
        checked(0, "reads-answer", Severity::Must, Verdict::Failed(vec![finding.clone(); 7])),
        checked(0, "limit-headers", Severity::Should, Verdict::Failed(vec![finding])),
        checked(0, "funds-checked", Severity::Must, Verdict::skipped("the target does not allow payment orders")),
        Event::CaseFinished { case: 0, elapsed: Duration::from_millis(1500) },
        Event::RunFinished { elapsed: Duration::from_secs(2) },
    ]
}

pub(crate) fn record() -> Record {
    let mut record = Record::default();
    events().iter().for_each(|event| record.accept(event));
    record
}

#[test]
fn the_console_says_everything_in_the_order_of_the_plan() {
    let mut console = Console::new(Vec::new());
    events().iter().for_each(|event| console.accept(event));
    let text = String::from_utf8(console.into_inner()).unwrap();
    assert_eq!(text, console::text(&record()), "live and at the end must read the same");
    insta::assert_snapshot!(text);
}

#[test]
fn junit_keeps_the_words_apart() {
    insta::assert_snapshot!(junit::text(&record()));
}

#[test]
fn json_v1_is_frozen() {
    insta::assert_snapshot!(json::text(&record()));
}

#[test]
fn the_schema_of_json_v1_is_frozen() {
    insta::assert_snapshot!(json::schema());
}

#[test]
fn tap_keeps_the_words_apart() {
    insta::assert_snapshot!(tap::text(&record()));
}

#[test]
fn github_is_told_of_what_went_wrong_only() {
    insta::assert_snapshot!(github::text(&record()));
}

#[test]
fn markdown_is_a_summary() {
    insta::assert_snapshot!(markdown::text(&record()));
}

#[test]
fn an_expected_failure_is_told_apart_everywhere() {
    let list = "expected:\n  - {check: reads-answer, reason: 'ticket #7, fixed in 4.2', until: 2026-12-31}\n";
    let expected = Expected::parse("expected.yaml", list, "2026-11-24".parse().unwrap()).unwrap();
    let mut record = record();
    for outcome in record.cases.iter_mut().flat_map(|case| &mut case.outcomes) {
        outcome.excuse = expected.judge(None, outcome.check, outcome.severity, outcome.verdict.clone()).excuse;
    }
    assert_eq!((record.totals().failed, record.totals().expected), (0, 1));
    let line = |text: String| text.lines().filter(|line| line.contains("expected")).collect::<Vec<_>>().join("\n");
    let formats = FORMATS.iter().filter(|(format, _)| !matches!(format, Format::Html | Format::Github));
    let said: Vec<String> = formats.map(|(format, name)| format!("{name}:\n{}", line(format.text(&record)))).collect();
    insta::assert_snapshot!(said.join("\n\n"));
    assert!(html::text(&record).contains("expected until 2026-12-31: ticket #7, fixed in 4.2"));
    assert!(!github::text(&record).contains("reads-answer"));
}

#[test]
fn the_page_is_whole_safe_and_needs_nothing_from_elsewhere() {
    let page = html::text(&record());
    assert!(page.contains("&lt;b&gt;") && !page.contains("<b>\u{1}oops"), "what a bank sends must not become markup");
    assert!(!page.contains("<script") && !page.contains("src=") && !page.contains("href="), "nothing is loaded");
    assert!(page.contains("bank-conformance run --target client.yaml --scenario lost-reply --seed 42"));
    assert!(page.contains("answered 500; 200 is due"));
    assert!(page.contains("not judged: needs a client of two banks in one case"));
    let (failed, passed) = (page.find("reads-answer"), page.find("ids-unique"));
    assert!(failed.is_some() && passed.is_some());
}
