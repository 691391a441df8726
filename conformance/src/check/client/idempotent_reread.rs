//! C72: reading the same data again changes nothing.

use std::collections::{HashMap, HashSet};

use bank_fixtures::canonical::{Canonical, Entry};
use bank_fixtures::record::TransactionStatus;

use super::{judged, not_seen, understanding};
use crate::check::{Area, Check, Run};
use crate::client_target::Evidence;
use crate::params::Params;
use crate::verdict::{self, Finding, Verdict};

pub(super) static CHECK: Check = Check {
    slug: "idempotent-reread",
    ids: &["C72"],
    title: "gives an entry the same id every time it reads it, and each entry one id",
    source: "house",
    advice: "Derive your own id from the account and the bank's id (or, without one, from what does not change about the \
             entry), never from a counter, the position in a list or the time of the run.",
    area: Area::ClientUnderstanding,
    params: &[],
    run: Run::Client(judge),
};

fn judge(evidence: &Evidence, _: &Params) -> Verdict {
    let outputs: Vec<(usize, &Canonical)> = evidence.read().collect();
    if outputs.len() < 2 {
        return not_seen(
            evidence,
            if outputs.is_empty() { understanding::NOTHING } else { "the client read only once" },
        );
    }
    let mut findings: Vec<Finding> = outputs.iter().filter_map(|(step, output)| doubled(*step, output)).collect();
    for pair in outputs.windows(2) {
        findings.extend(changed(pair[0], pair[1]));
    }
    let count = outputs[0].1.transactions.len();
    judged(evidence, findings, format!("{} readings of {count} entries", outputs.len()))
}

/// One id for two entries.
fn doubled(step: usize, output: &Canonical) -> Option<Finding> {
    let mut seen = HashSet::new();
    let entries = output.transactions.iter().enumerate();
    let (place, id) =
        entries.filter_map(|(place, entry)| Some((place, entry.id.as_deref()?))).find(|(_, id)| !seen.insert(*id))?;
    let proof = verdict::Evidence::output(step, "output").at(format!("/transactions/{place}/transaction_id"));
    Some(Finding::new(format!("the id {id} stands for two entries")).with(proof.measuring(id)))
}

/// Entries of the earlier reading that have another id, or are gone, in the later one.
fn changed((earlier, before): (usize, &Canonical), (later, after): (usize, &Canonical)) -> Option<Finding> {
    let by_bank_id: HashMap<&str, &Entry> =
        after.transactions.iter().filter_map(|entry| Some((entry.record.id.as_deref()?, entry))).collect();
    let own_ids: HashSet<&str> = after.transactions.iter().filter_map(|entry| entry.id.as_deref()).collect();
    let (mut renamed, mut gone, mut first) = (0, 0, None);
    for (place, entry) in before.transactions.iter().enumerate() {
        // A pending entry may be booked, or vanish, between two readings.
        if entry.record.status == TransactionStatus::Pending {
            continue;
        }
        let same_entry = entry.record.id.as_deref().and_then(|id| by_bank_id.get(id));
        let what = match (same_entry, entry.id.as_deref()) {
            (Some(again), _) if again.id == entry.id => continue,
            (Some(again), _) => {
                renamed += 1;
                format!("{} then {}", named(entry), named(again))
            }
            (None, Some(id)) if own_ids.contains(id) => continue,
            // What a reading says it could not read is not gone.
            (None, _) if !after.errors.is_empty() => continue,
            (None, _) => {
                gone += 1;
                format!("{} then nothing", named(entry))
            }
        };
        first = first.or(Some((place, what)));
    }
    let (place, what) = first?;
    let counts = match (renamed, gone) {
        (renamed, 0) => format!("{renamed} entries have another id"),
        (0, gone) => format!("{gone} entries are gone"),
        (renamed, gone) => format!("{renamed} entries have another id and {gone} are gone"),
    };
    let proof = verdict::Evidence::output(earlier, "output").at(format!("/transactions/{place}/transaction_id"));
    let finding = Finding::new(format!("{counts} when the same data are read again; the first: {what}"));
    Some(finding.with(proof.measuring(what)).with(verdict::Evidence::output(later, "output")))
}

fn named(entry: &Entry) -> &str {
    entry.id.as_deref().unwrap_or("no id")
}

#[cfg(test)]
mod tests {
    use super::super::testing::{findings, passes, read_twice, skips, understood};
    use super::*;

    fn entry(own: &str, bank: &str) -> String {
        format!(
            r#"{{"account_id":"a","transaction_id":"{own}","provider_id":"{bank}","status":"booked","amount":{{"amount":"1.00","currency":"EUR"}},"booking_date":"2026-03-01"}}"#
        )
    }

    #[test]
    fn the_same_ids_in_another_order_pass() {
        let (a, b) = (entry("t1", "p1"), entry("t2", "p2"));
        passes(&CHECK, &read_twice(&[&a, &b], &[&b, &a]));
        skips(&CHECK, &understood(&[&a], &[&a]));
    }

    #[test]
    fn new_ids_lost_entries_and_shared_ids_fail() {
        let first = [entry("t1", "p1"), entry("t2", "p2")];
        let first = [first[0].as_str(), first[1].as_str()];
        let renamed = read_twice(&first, &[&entry("x1", "p1"), &entry("t2", "p2")]);
        insta::assert_snapshot!(findings(&CHECK, &renamed), @"1 entries have another id when the same data are read again; the first: t1 then x1");
        let lost = read_twice(&first, &[&entry("t1", "p1")]);
        insta::assert_snapshot!(findings(&CHECK, &lost), @"1 entries are gone when the same data are read again; the first: t2 then nothing");
        let shared = read_twice(&[&entry("t1", "p1"), &entry("t1", "p2")], &[&entry("t1", "p1"), &entry("t1", "p2")]);
        assert!(findings(&CHECK, &shared).starts_with("the id t1 stands for two entries"));
    }
}
