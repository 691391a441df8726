//! Hand-made deliveries, for the tests of these checks.

use bank_fixtures::canonical::Canonical;

use super::super::testing::{call, evidence};
use crate::client_target::{Drive, Evidence};
use crate::journal::{Entry, Journal, Told};

/// A message of this kind about `pay_1`, answered with this status.
pub(super) fn message(kind: &str, status: u16) -> Entry {
    let told = Told {
        event_id: "evt_1".to_owned(),
        kind: kind.to_owned(),
        entity: "pay_1".to_owned(),
        version: Some(2),
        copy: 1,
        attempt: 1,
        outcome: if status < 300 { "acknowledged".to_owned() } else { "refused".to_owned() },
        ..Told::default()
    };
    Entry { webhook: Some(told), ..call(0, "webhook.deliver", "POST http://127.0.0.1:9/hooks", status) }
}

impl Entry {
    pub(super) fn forged(mut self, forgery: &str) -> Entry {
        self.told().forgery = Some(forgery.to_owned());
        self
    }

    pub(super) fn number(mut self, truth: u64, delivery: u64) -> Entry {
        (self.told().truth, self.told().delivery) = (truth, delivery);
        self
    }

    pub(super) fn says(mut self, status: &str) -> Entry {
        self.request.body = Some(format!(r#"{{"payment_id":"pay_1","status":"{status}"}}"#));
        self
    }

    pub(super) fn took(mut self, millis: u64) -> Entry {
        self.ended_ns = Some(self.started_ns + millis * 1_000_000);
        self
    }

    pub(super) fn badly_signed(mut self) -> Entry {
        self.told().bad_signature = true;
        self
    }

    pub(super) fn unanswered(mut self, outcome: &str) -> Entry {
        self.told().outcome = outcome.to_owned();
        self.response = None;
        self.ending = Some(crate::journal::Ending::ClientGone);
        self
    }

    pub(super) fn told(&mut self) -> &mut Told {
        self.webhook.as_mut().expect("a message")
    }
}

/// Evidence of these deliveries, numbered from 1, and nothing else.
pub(super) fn received(entries: Vec<Entry>) -> Evidence {
    let mut evidence = evidence(Drive::Pay, Vec::new());
    let numbered = entries.into_iter().zip(1..).map(|(entry, seq)| Entry { seq, ..entry });
    evidence.deliveries = Journal::new(numbered.collect());
    evidence
}

/// The same evidence, with payments of these statuses handed over and one of this status true.
pub(super) fn believing(mut evidence: Evidence, believed: &[&str], truth: &str) -> Evidence {
    let document = |statuses: &[&str]| {
        let payment = |status: &&str| {
            format!(r#"{{"provider_id":"pay_1","status":"{status}","amount":{{"amount":"1.00","currency":"EUR"}}}}"#)
        };
        let payments: Vec<String> = statuses.iter().map(payment).collect();
        let text = format!(r#"{{"canonical":"v1","payments":[{}]}}"#, payments.join(","));
        Canonical::parse("hand-made", &text).unwrap_or_else(|wrong| panic!("{wrong}"))
    };
    evidence.steps[0].output = Some(document(believed));
    evidence.truth = Some(document(&[truth]));
    evidence
}
