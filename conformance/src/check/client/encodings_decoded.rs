//! C27: bytes that cannot be decoded are not guessed at.

use super::{decided, judged, not_seen, shown};
use crate::check::{Area, Check, Run};
use crate::client_target::Evidence;
use crate::journal::Entry;
use crate::params::Params;
use crate::verdict::{self, Finding, Verdict};

pub(super) static CHECK: Check = Check {
    slug: "encodings-decoded",
    ids: &["C27"],
    title: "decodes what an answer is encoded in, or says that it cannot",
    source: "RFC 9110 §8.3, §8.4; RFC 8259 §8.1",
    advice: "Undo the content coding that is declared, read JSON as UTF-8 and nothing else, and refuse a body whose bytes are not, instead of putting replacement characters into names.",
    area: Area::ClientUnderstanding,
    params: &[],
    run: Run::Client(judge),
};

fn judge(evidence: &Evidence, _: &Params) -> Verdict {
    let (mut findings, mut odd) = (Vec::new(), 0);
    for (index, step) in evidence.numbered() {
        let encoded: Vec<&Entry> = evidence.entries(step).filter(|entry| decided(entry, "encoding")).collect();
        let Some(first) = encoded.first() else { continue };
        odd += encoded.len();
        let Some(output) = &step.output else { continue };
        let text = output.to_json();
        if let Some(place) = text.find(REPLACEMENT) {
            let from = text[..place].char_indices().rev().nth(20).map_or(0, |(at, _)| at);
            let until = text[place..].char_indices().nth(20).map_or(text.len(), |(at, _)| place + at);
            let proof = verdict::Evidence::output(index, "output").measuring(&text[from..until]);
            findings.push(Finding::new("text was handed over that was not decoded").with(shown(first)).with(proof));
        }
        let last = encoded.iter().rev().find(|entry| UNREADABLE.iter().any(|kind| decided(entry, kind)));
        let recovered = |entry: &&&Entry| {
            evidence.entries(step).any(|later| {
                later.seq > entry.seq
                    && later.path() == entry.path()
                    && later.succeeded()
                    && !decided(later, "encoding")
            })
        };
        if let Some(entry) = last.filter(|entry| !recovered(entry) && output.errors.is_empty()) {
            let what = format!("{} could not be decoded, and no error says so", entry.path());
            let proof = verdict::Evidence::output(index, "output").at("/errors").measuring("[]");
            findings.push(Finding::new(what).with(shown(entry)).with(proof));
        }
    }
    if odd == 0 {
        return not_seen(evidence, "no answer was encoded in an unusual way");
    }
    judged(evidence, findings, format!("{odd} answers in other encodings"))
}

/// What decoders write for bytes they cannot read.
const REPLACEMENT: char = '\u{fffd}';
/// Encodings after which a body says nothing to somebody who reads JSON.
const UNREADABLE: &[&str] = &["gzip-claimed", "gzip-broken", "gzip-unsaid", "latin-1-unsaid"];

#[cfg(test)]
mod tests {
    use super::super::testing::{call, evidence, findings, passes, skips, transactions};
    use super::*;
    use crate::client_target::Drive;

    fn read(remittance: &str) -> Evidence {
        let entry = format!(
            r#"{{"account_id":"a","transaction_id":"t","status":"booked","amount":{{"amount":"1.00","currency":"EUR"}},"booking_date":"2026-03-01","remittance":["{remittance}"]}}"#
        );
        let mut evidence =
            evidence(Drive::Sync, vec![call(0, "transactions.list", "GET /t", 200).because("encoding latin-1")]);
        evidence.steps[0].output = Some(transactions(&[&entry]));
        evidence
    }

    #[test]
    fn replacement_characters_fail() {
        passes(&CHECK, &read("Müller"));
        insta::assert_snapshot!(findings(&CHECK, &read("M\u{fffd}ller")), @"text was handed over that was not decoded");
        skips(&CHECK, &evidence(Drive::Sync, Vec::new()));
    }
}
