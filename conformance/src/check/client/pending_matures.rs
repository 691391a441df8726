//! C70: a pending entry becomes a booked one, or nothing; it does not stay beside it.

use std::collections::HashMap;

use bank_fixtures::canonical::Canonical;
use bank_fixtures::record::TransactionStatus;

use super::understanding::NOTHING;
use super::{judged, not_seen};
use crate::check::{Area, Check, Run};
use crate::client_target::Evidence;
use crate::params::Params;
use crate::verdict::{self, Finding, Verdict};

pub(super) static CHECK: Check = Check {
    slug: "pending-matures",
    ids: &["C70"],
    title: "replaces a pending entry by what became of it",
    source: "house; Berlin Group NextGenPSD2 §14.23 (pending and booked)",
    advice: "Throw the pending entries of an account away each time it has been read to the end, and keep only those that came with that reading.",
    area: Area::ClientUnderstanding,
    params: &[],
    run: Run::Client(judge),
};

fn judge(evidence: &Evidence, _: &Params) -> Verdict {
    let outputs: Vec<(usize, &Canonical)> = evidence.read().collect();
    let (Some(truth), [(_, first), .., (last, after)]) = (&evidence.truth, outputs.as_slice()) else {
        return not_seen(evidence, NOTHING);
    };
    let pending = |document: &'_ Canonical| -> HashMap<String, usize> {
        let entries = document.transactions.iter().filter(|entry| entry.record.status == TransactionStatus::Pending);
        let mut ids = HashMap::new();
        for entry in entries {
            // One that has lost the bank's id is none of the bank's.
            *ids.entry(entry.record.id.clone().unwrap_or_default()).or_default() += 1;
        }
        ids
    };
    let (before, now, due) = (pending(first), pending(after), pending(truth));
    let matured = before.keys().filter(|id| !due.contains_key(*id)).count();
    if matured == 0 {
        return not_seen(evidence, "no pending entry was booked between two readings");
    }
    let left: usize = now.iter().filter(|(id, _)| !due.contains_key(*id)).map(|(_, count)| count).sum();
    let mut findings = Vec::new();
    if left > 0 {
        let what = format!("{left} entries are still pending that are so no more at the bank");
        findings.push(Finding::new(what).with(verdict::Evidence::output(*last, "output").at("/transactions")));
    }
    judged(evidence, findings, format!("{matured} pending entries became something else"))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{findings, passes, read_twice, skips};
    use super::*;

    fn entry(id: &str, status: &str) -> String {
        let day = if status == "booked" { r#","booking_date":"2026-03-01""# } else { "" };
        format!(
            r#"{{"account_id":"a","transaction_id":"{id}","provider_id":"{id}","status":"{status}","amount":{{"amount":"1.00","currency":"EUR"}}{day}}}"#
        )
    }

    #[test]
    fn what_was_booked_is_pending_no_more() {
        let (pending, booked) = (entry("t1", "pending"), entry("t1", "booked"));
        let with_truth = |second: &[&str]| {
            let mut evidence = read_twice(&[&pending], second);
            evidence.truth = Some(super::super::testing::transactions(&[&booked]));
            evidence
        };
        passes(&CHECK, &with_truth(&[&booked]));
        insta::assert_snapshot!(findings(&CHECK, &with_truth(&[&booked, &entry("t0", "pending")])), @"1 entries are still pending that are so no more at the bank");
        let mut never = with_truth(&[&booked]);
        never.steps.truncate(1);
        skips(&CHECK, &never);
    }
}
