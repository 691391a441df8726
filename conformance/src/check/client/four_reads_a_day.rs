//! C16: an account is read four times a day without its holder.

use std::collections::BTreeMap;

use super::{judged, not_seen, shown};
use crate::check::{Area, Check, Run};
use crate::client_target::{Drive, Evidence};
use crate::journal::Entry;
use crate::params::{Param, ParamValue, Params};
use crate::verdict::{Finding, Verdict};

pub(super) static CHECK: Check = Check {
    slug: "four-reads-a-day",
    ids: &["C16"],
    title: "reads an account at most four times in 24 hours without the account holder",
    source: "Delegated Regulation (EU) 2018/389 (RTS) art. 36(5)(b)",
    advice: "Count the reads of a consent in a store that outlives the process, and put off the fifth of 24 hours unless the account holder is there (and say so with the presence header).",
    area: Area::ClientWire,
    params: &[Param {
        name: "reads",
        default: ParamValue::Count(4),
        about: "runs without the account holder that may read one account, all within 24 hours",
    }],
    run: Run::Client(judge),
};

fn judge(evidence: &Evidence, params: &Params) -> Verdict {
    let at_most = params.count("reads");
    let syncs: Vec<_> = evidence.steps.iter().filter(|step| step.drive == Drive::Sync).collect();
    if (syncs.len() as u64) <= at_most {
        return not_seen(evidence, format!("the client was asked to read {} times", syncs.len()));
    }
    let mut reads: BTreeMap<&str, Vec<&Entry>> = BTreeMap::new();
    for step in &syncs {
        let mut paths: Vec<&str> = Vec::new();
        for entry in evidence.entries(step).filter(|entry| reads_account(entry)) {
            if !paths.contains(&entry.path()) {
                paths.push(entry.path());
                reads.entry(entry.path()).or_default().push(entry);
            }
        }
    }
    let most = reads.values().map(Vec::len).max().unwrap_or_default();
    let finding = |(path, reads): (&&str, &Vec<&Entry>)| {
        let what = format!("{path} was read in {} runs without the account holder; {at_most} were due", reads.len());
        reads.iter().fold(Finding::new(what), |finding, entry| finding.with(shown(entry)))
    };
    let findings = reads.iter().filter(|(_, reads)| reads.len() as u64 > at_most).map(finding).collect();
    judged(evidence, findings, format!("{} runs, at most {most} reads of one list", syncs.len()))
}

fn reads_account(entry: &Entry) -> bool {
    let present = ["psu-ip-address", "x-fapi-customer-ip-address"];
    (entry.is("transactions.*") || entry.is("balances.*"))
        && present.iter().all(|header| entry.request_header(header).is_none())
}

#[cfg(test)]
mod tests {
    use super::super::testing::{call, evidence, findings, passes, skips, step};
    use super::*;
    use crate::client_target::Drive;

    fn runs(count: u64) -> Evidence {
        let read = |n| call(n, "transactions.list", "GET /a/1/transactions", 200);
        let mut evidence = evidence(Drive::Sync, (0..count).map(read).collect());
        evidence.steps = (0..6).map(|n| step(Drive::Sync, (n, n + 1))).collect();
        evidence
    }

    #[test]
    fn the_fifth_read_is_one_too_many() {
        passes(&CHECK, &runs(4));
        insta::assert_snapshot!(findings(&CHECK, &runs(6)), @"/a/1/transactions was read in 6 runs without the account holder; 4 were due");
        skips(&CHECK, &evidence(Drive::Sync, vec![call(0, "transactions.list", "GET /t", 200)]));
    }
}
