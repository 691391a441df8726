//! C61: pages that overlap show an entry twice, and it is one entry.

use std::collections::HashSet;

use super::{decided, judged, not_seen};
use crate::check::{Area, Check, Run};
use crate::client_target::Evidence;
use crate::params::Params;
use crate::verdict::{self, Finding, Verdict};

pub(super) static CHECK: Check = Check {
    slug: "no-doubled-entries",
    ids: &["C61"],
    title: "hands over an entry once, however often pages showed it",
    source: "house; CDR Consumer Data Standards (pagination note)",
    advice: "Merge pages by the id of the entry (or, without one, by what does not change about it) before using them.",
    area: Area::ClientUnderstanding,
    params: &[],
    run: Run::Client(judge),
};

fn judge(evidence: &Evidence, _: &Params) -> Verdict {
    let (mut findings, mut entries, mut shown_twice) = (Vec::new(), 0, 0);
    for (index, step) in evidence.readings() {
        shown_twice += evidence.entries(step).filter(|entry| SHIFTS.iter().any(|words| decided(entry, words))).count();
        let Some(output) = &step.output else { continue };
        entries += output.transactions.len();
        let mut seen = HashSet::new();
        let doubled: Vec<(usize, &str)> = output
            .transactions
            .iter()
            .enumerate()
            .filter_map(|(place, entry)| Some((place, (entry.record.account_id.as_str(), entry.record.id.as_deref()?))))
            .filter(|(_, key)| !seen.insert(*key))
            .map(|(place, (_, id))| (place, id))
            .collect();
        if let Some((place, id)) = doubled.first() {
            let what = format!("{} entries are there twice, the first is {id}", doubled.len());
            let proof = verdict::Evidence::output(index, "output").at(format!("/transactions/{place}/provider_id"));
            findings.push(Finding::new(what).with(proof.measuring(*id)));
        }
    }
    if shown_twice == 0 && findings.is_empty() {
        return not_seen(evidence, "no page showed an entry of another page");
    }
    judged(evidence, findings, format!("{entries} entries from {shown_twice} pages that overlap"))
}

/// What makes pages show an entry twice.
const SHIFTS: &[&str] = &["page_overlap", "duplicate:", "page_size", "endless"];

#[cfg(test)]
mod tests {
    use super::super::testing::{call, evidence, findings, passes, skips, transactions};
    use super::*;
    use crate::client_target::Drive;

    fn read(ids: &[&str]) -> Evidence {
        let entry = |id: &&str| {
            format!(
                r#"{{"account_id":"a","transaction_id":"t{id}","provider_id":"{id}","status":"booked","amount":{{"amount":"1.00","currency":"EUR"}},"booking_date":"2026-03-01"}}"#
            )
        };
        let entries: Vec<String> = ids.iter().map(entry).collect();
        let page = call(0, "transactions.list", "GET /t", 200).because("data page_overlap: 2");
        let mut evidence = evidence(Drive::Sync, vec![page]);
        evidence.steps[0].output = Some(transactions(&entries.iter().map(String::as_str).collect::<Vec<_>>()));
        evidence
    }

    #[test]
    fn one_entry_is_handed_over_once() {
        passes(&CHECK, &read(&["p1", "p2"]));
        insta::assert_snapshot!(findings(&CHECK, &read(&["p1", "p2", "p1"])), @"1 entries are there twice, the first is p1");
        skips(&CHECK, &evidence(Drive::Sync, Vec::new()));
    }
}
