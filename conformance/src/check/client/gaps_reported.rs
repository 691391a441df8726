//! C69: entries that do not add up are reported, not made up.

use super::{decided, judged, not_seen, shown};
use crate::check::{Area, Check, Run};
use crate::client_target::Evidence;
use crate::journal::Entry;
use crate::params::Params;
use crate::verdict::{self, Finding, Verdict};

pub(super) static CHECK: Check = Check {
    slug: "gaps-reported",
    ids: &["C69"],
    title: "notices that entries are missing when balances do not add up, and says so",
    source: "house; CDR Consumer Data Standards (running balances)",
    advice: "Walk from balance to balance with the amounts of the entries. Where they do not meet, report the list as broken and invent nothing.",
    area: Area::ClientUnderstanding,
    params: &[],
    run: Run::Client(judge),
};

fn judge(evidence: &Evidence, _: &Params) -> Verdict {
    let (mut findings, mut hidden) = (Vec::new(), 0);
    for (index, step) in evidence.numbered() {
        let odd: Vec<&Entry> =
            evidence.entries(step).filter(|entry| HIDES.iter().any(|words| decided(entry, words))).collect();
        let (Some(first), Some(output)) = (odd.first(), &step.output) else { continue };
        hidden += odd.len();
        if output.errors.is_empty() {
            let what = format!("entries are missing on {} pages, and no error says so", odd.len());
            let proof = verdict::Evidence::output(index, "output").at("/errors").measuring("[]");
            findings.push(Finding::new(what).with(shown(first)).with(proof));
        }
    }
    if hidden == 0 {
        return not_seen(evidence, "no page hid an entry, or the client handed over nothing");
    }
    judged(evidence, findings, format!("{hidden} pages with hidden entries"))
}

/// What hides entries.
const HIDES: &[&str] = &["drop:", "page_gap"];

#[cfg(test)]
mod tests {
    use super::super::testing::{call, evidence, findings, passes, reported, skips};
    use super::*;
    use crate::client_target::Drive;

    #[test]
    fn silence_about_a_gap_fails() {
        let page = || vec![call(0, "transactions.list", "GET /t", 200).because("data drop: 1")];
        passes(&CHECK, &reported(page(), &["protocol_violation"]));
        insta::assert_snapshot!(findings(&CHECK, &reported(page(), &[])), @"entries are missing on 1 pages, and no error says so");
        skips(&CHECK, &evidence(Drive::Sync, page()));
    }
}
