//! One row that cannot be read costs that row.

use std::collections::HashMap;

use bank_fixtures::compare::{What, compare};

use super::{decided, judged, not_seen, shown};
use crate::check::{Area, Check, Run};
use crate::client_target::Evidence;
use crate::journal::Entry;
use crate::params::Params;
use crate::verdict::{self, Finding, Verdict};

pub(super) static CHECK: Check = Check {
    slug: "bad-row-alone",
    ids: &[],
    title: "loses no other entry to one that cannot be read",
    source: "house",
    advice: "Read each row on its own; report the one you cannot read and keep the others.",
    area: Area::ClientUnderstanding,
    params: &[],
    run: Run::Client(judge),
};

fn judge(evidence: &Evidence, _: &Params) -> Verdict {
    let (mut findings, mut rows) = (Vec::new(), 0);
    for (index, step) in evidence.readings() {
        let (Some(truth), Some(output)) = (evidence.truth_of(step), &step.output) else { continue };
        let mut bad: HashMap<&str, usize> = HashMap::new();
        let spoilt = evidence.entries(step).filter(|entry| entry.is("transactions.list") && decided(entry, "patch"));
        let spoilt: Vec<&Entry> = spoilt.collect();
        for entry in &spoilt {
            *bad.entry(entry.account_id.as_deref().unwrap_or_default()).or_default() += 1;
        }
        let Some(first) = spoilt.first() else { continue };
        rows += spoilt.len();
        for (account, count) in bad {
            let of_account = |id: &str| {
                let entry = truth.transactions.iter().find(|entry| entry.record.id.as_deref() == Some(id));
                entry.is_some_and(|entry| entry.record.account_id == account)
            };
            let missing = compare(truth, output).into_iter().filter(|wrong| {
                matches!(wrong.what, What::MissingEntry | What::MissingPending)
                    && wrong.provider_id.as_deref().is_some_and(of_account)
            });
            let missing = missing.count();
            if missing > count {
                let what = format!("{missing} entries of {account} are missing; {count} could not be read");
                findings.push(Finding::new(what).with(shown(first)).with(verdict::Evidence::output(index, "output")));
            }
        }
    }
    if rows == 0 {
        return not_seen(evidence, "no row was spoilt, or nothing could be compared with the truth");
    }
    judged(evidence, findings, format!("{rows} spoilt rows"))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{call, findings, passes, skips, understood};
    use super::*;

    #[test]
    fn one_row_is_one_row() {
        let entry = |id: &str| {
            format!(
                r#"{{"account_id":"a","transaction_id":"t{id}","provider_id":"{id}","status":"booked","amount":{{"amount":"1.00","currency":"EUR"}},"booking_date":"2026-03-01"}}"#
            )
        };
        let (one, two, three) = (entry("p1"), entry("p2"), entry("p3"));
        let read = |mine: &[&str]| {
            let mut evidence = understood(mine, &[&one, &two, &three]);
            let page = call(0, "transactions.list", "GET /t", 200).because("patch /data/1/amount/value: x");
            evidence.journal =
                crate::journal::Journal::new(vec![Entry { seq: 1, account_id: Some("a".to_owned()), ..page }]);
            evidence.steps[0].journal = (0, 1);
            evidence
        };
        passes(&CHECK, &read(&[&one, &three]));
        insta::assert_snapshot!(findings(&CHECK, &read(&[&three])), @"2 entries of a are missing; 1 could not be read");
        skips(&CHECK, &understood(&[&one], &[&one]));
    }
}
