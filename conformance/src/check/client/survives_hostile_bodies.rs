//! C28: a body made to break its reader breaks nothing.

use super::{decided, judged, not_seen, shown};
use crate::check::{Area, Check, Run};
use crate::client_target::{End, Evidence};
use crate::journal::Entry;
use crate::params::Params;
use crate::verdict::{self, Finding, Verdict};

pub(super) static CHECK: Check = Check {
    slug: "survives-hostile-bodies",
    ids: &["C28"],
    title: "stays alive and hands over a result when a body is nested too deep, too large or endless",
    source: "house",
    advice: "Bound the size, the depth and the number of pages you read, and turn what goes beyond into a protocol violation of that list.",
    area: Area::ClientWire,
    params: &[],
    run: Run::Client(judge),
};

fn judge(evidence: &Evidence, _: &Params) -> Verdict {
    let (mut findings, mut hostile) = (Vec::new(), 0);
    for (index, step) in evidence.numbered() {
        let odd: Vec<&Entry> =
            evidence.entries(step).filter(|entry| HOSTILE.iter().any(|words| decided(entry, words))).collect();
        let Some(first) = odd.first() else { continue };
        hostile += odd.len();
        if let (true, None, End::Exited(code @ 1..)) = (evidence.hands_over, &step.output, step.end) {
            let what = format!("ended with exit code {code} and without a result");
            findings.push(Finding::new(what).with(shown(first)).with(verdict::Evidence::output(index, "exit code")));
        }
    }
    if hostile == 0 {
        return not_seen(evidence, "no body was made to break its reader");
    }
    judged(evidence, findings, format!("{hostile} hostile answers survived"))
}

/// What a scenario does to break a reader.
const HOSTILE: &[&str] = &["deep-nesting", "size:", "huge-numbers", "endless"];

#[cfg(test)]
mod tests {
    use super::super::testing::{call, evidence, findings, passes, skips};
    use super::*;
    use crate::client_target::Drive;

    #[test]
    fn a_crash_without_a_result_fails() {
        let ended = |code| {
            let mut evidence =
                evidence(Drive::Sync, vec![call(0, "accounts.list", "GET /a", 200).because("drift deep-nesting")]);
            evidence.steps[0].end = End::Exited(code);
            Evidence { hands_over: true, ..evidence }
        };
        passes(&CHECK, &ended(0));
        insta::assert_snapshot!(findings(&CHECK, &ended(101)), @"ended with exit code 101 and without a result");
        skips(&CHECK, &evidence(Drive::Sync, Vec::new()));
    }
}
