//! Hand-made evidence: a journal in a few lines, for the tests of the checks.

use std::time::Duration;

use bank_fixtures::canonical::Canonical;
use bank_fixtures::money::Amount;
use bank_fixtures::record::{AccountIdentifier, IdentifierScheme};

use crate::check::{Check, Run};
use crate::client_target::{Drive, End, Evidence, Order, Step};
use crate::journal::{Decision, Ending, Entry, Journal, Request, Response};
use crate::params::Params;
use crate::verdict::Verdict;

/// Evidence with one step and these entries, numbered from 1.
pub(crate) fn evidence(drive: Drive, entries: Vec<Entry>) -> Evidence {
    let entries: Vec<Entry> = entries.into_iter().zip(1..).map(|(entry, seq)| Entry { seq, ..entry }).collect();
    let last = entries.len() as u64;
    Evidence {
        scenario: "hand-made".to_owned(),
        base_url: "http://127.0.0.1:8080/plain".to_owned(),
        steps: vec![step(drive, (0, last))],
        journal: Journal::new(entries),
        ..Evidence::default()
    }
}

/// A step over these entries that handed nothing over.
pub(crate) fn step(drive: Drive, journal: (u64, u64)) -> Step {
    Step {
        drive,
        order: None,
        journal,
        output: None,
        truth: None,
        end: End::Exited(0),
        stdout: String::new(),
        stderr: String::new(),
        elapsed: Duration::from_secs(1),
    }
}

/// Evidence of one reading: what was understood, what is true, as the entries of canonical documents.
pub(crate) fn understood(understood: &[&str], truth: &[&str]) -> Evidence {
    let mut evidence = evidence(Drive::Sync, Vec::new());
    evidence.steps[0].output = Some(transactions(understood));
    evidence.truth = Some(transactions(truth));
    evidence
}

/// Evidence of two readings.
pub(crate) fn read_twice(first: &[&str], second: &[&str]) -> Evidence {
    let mut evidence = understood(first, first);
    evidence.steps.push(Step { output: Some(transactions(second)), ..step(Drive::Sync, (0, 0)) });
    evidence
}

/// Evidence of one reading that ended with errors of these classes.
pub(crate) fn reported(entries: Vec<Entry>, classes: &[&str]) -> Evidence {
    let mut evidence = evidence(Drive::Sync, entries);
    let errors: Vec<String> =
        classes.iter().map(|class| format!(r#"{{"class": "{class}", "scope": "request"}}"#)).collect();
    let text = format!(r#"{{"canonical": "v1", "errors": [{}]}}"#, errors.join(","));
    evidence.steps[0].output = Some(Canonical::parse("hand-made", &text).unwrap_or_else(|wrong| panic!("{wrong}")));
    evidence
}

/// Evidence of one payment: step by step what the bank answered and what the client reported.
pub(crate) fn claiming(steps: &[(&str, &str)]) -> Evidence {
    let answer = |bank: &str| {
        format!(
            r#"{{"id":"pay_1","status":"{bank}","debtor_account_id":"acc_1","creditor":{{"name":"N","account":{{"scheme":"other","value":"X"}}}},"amount":{{"value":"1.00","currency":"EUR"}},"created_at":"2026-03-01T08:00:00Z","updated_at":"2026-03-01T08:00:00Z"}}"#
        )
    };
    let asked = |(at, (bank, _)): (u64, &(&str, &str))| {
        call(at * 10, "payments.status", "GET /plain/payments/pay_1", 200).body(&answer(bank))
    };
    let mut evidence = evidence(Drive::Status, (0..).zip(steps).map(asked).collect());
    let claimed = |(at, (_, claim)): (u64, &(&str, &str))| {
        let text = format!(
            r#"{{"canonical": "v1", "payments": [{{"payment_id": "o-1", "status": "{claim}", "amount": {{"amount": "1.00", "currency": "EUR"}}}}]}}"#
        );
        let output = Canonical::parse("hand-made", &text).unwrap_or_else(|wrong| panic!("{wrong}"));
        Step { output: Some(output), ..step(Drive::Status, (at, at + 1)) }
    };
    evidence.steps = (0..).zip(steps).map(claimed).collect();
    evidence
}

/// An order with this id of the client's own.
pub(crate) fn order(id: &str) -> Order {
    Order {
        id: id.to_owned(),
        debtor_account: "acc_1".to_owned(),
        creditor_name: "N".to_owned(),
        creditor_account: AccountIdentifier { scheme: IdentifierScheme::Iban, value: "GB33".to_owned() },
        amount: Amount::parse("1.00", "EUR".parse().expect("a currency")).expect("an amount"),
        reference: String::new(),
    }
}

/// A canonical document with these entries.
pub(crate) fn transactions(entries: &[&str]) -> Canonical {
    let text = format!(r#"{{"canonical": "v1", "transactions": [{}]}}"#, entries.join(","));
    Canonical::parse("hand-made", &text).unwrap_or_else(|wrong| panic!("{wrong}"))
}

/// A request that began and was answered at this many milliseconds.
pub(crate) fn call(at_ms: u64, operation: &str, line: &str, status: u16) -> Entry {
    let (method, target) = line.split_once(' ').expect("METHOD target");
    Entry {
        seq: 0,
        journal_id: "w-0".to_owned(),
        bank: Some("plain".to_owned()),
        started_ns: at_ms * 1_000_000,
        ended_ns: Some(at_ms * 1_000_000),
        operation: Some(operation.to_owned()),
        method: method.to_owned(),
        target: target.to_owned(),
        request: Request { headers: vec![("host".to_owned(), "127.0.0.1:8080".to_owned())], ..Request::default() },
        client_id: Some("demo".to_owned()),
        consent_id: None,
        token_id: Some("t1".to_owned()),
        account_id: None,
        page: None,
        idempotency_key: None,
        decisions: Vec::new(),
        limited: false,
        committed: false,
        replayed: false,
        response: Some(Response { status, ..Response::default() }),
        error_class: None,
        ending: Some(Ending::Complete),
        webhook: None,
    }
}

impl Entry {
    pub(crate) fn header(mut self, name: &str, value: &str) -> Entry {
        if let Some(response) = &mut self.response {
            response.headers.push((name.to_owned(), value.to_owned()));
        }
        self
    }

    pub(crate) fn request_with(mut self, name: &str, value: &str) -> Entry {
        self.request.headers.retain(|(key, _)| key != name);
        self.request.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn body(mut self, body: &str) -> Entry {
        if let Some(response) = &mut self.response {
            response.body = Some(body.to_owned());
            response.body_bytes = body.len() as u64;
            response.sent_bytes = response.body_bytes;
        }
        self
    }

    pub(crate) fn ends(mut self, ending: Ending) -> Entry {
        if let Some(response) = self.response.as_mut().filter(|_| ending != Ending::Cut) {
            response.sent_bytes = 0;
        }
        self.ending = Some(ending);
        self
    }

    pub(crate) fn because(mut self, effect: &str) -> Entry {
        self.decisions.push(Decision { rule: "r".to_owned(), effect: effect.to_owned() });
        self
    }

    pub(crate) fn key(mut self, key: &str, body: &str) -> Entry {
        self.idempotency_key = Some(key.to_owned());
        self.request.body_sha256 = Some(body.to_owned());
        self
    }

    pub(crate) fn commits(mut self) -> Entry {
        self.committed = true;
        self
    }
}

/// The verdict of a check with its default parameters.
pub(crate) fn judge(check: &Check, evidence: &Evidence) -> Verdict {
    match check.run {
        Run::Client(run) => run(evidence, &Params::defaults(check.params)),
        Run::Bank(_) => panic!("{} judges banks", check.slug),
    }
}

/// Asserts a pass.
#[track_caller]
pub(crate) fn passes(check: &Check, evidence: &Evidence) {
    let verdict = judge(check, evidence);
    assert!(matches!(verdict, Verdict::Passed { .. }), "{}: {verdict:?}", check.slug);
}

/// Asserts that the check could not observe anything.
#[track_caller]
pub(crate) fn skips(check: &Check, evidence: &Evidence) {
    let verdict = judge(check, evidence);
    assert!(matches!(verdict, Verdict::Skipped { .. }), "{}: {verdict:?}", check.slug);
}

/// The findings of a failure, one per line.
#[track_caller]
pub(crate) fn findings(check: &Check, evidence: &Evidence) -> String {
    let verdict = judge(check, evidence);
    assert!(matches!(verdict, Verdict::Failed(_)), "{}: {verdict:?}", check.slug);
    let lines: Vec<String> = verdict.findings().iter().map(|finding| finding.what.clone()).collect();
    lines.join("\n")
}
