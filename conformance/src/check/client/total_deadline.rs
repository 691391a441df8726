//! C22: an answer that never ends is not waited for for ever.

use std::time::Duration;

use super::{judged, not_seen, shown};
use crate::check::{Area, Check, Run};
use crate::client_target::Evidence;
use crate::journal::Entry;
use crate::params::{Param, ParamValue, Params};
use crate::verdict::{Finding, Verdict};

pub(super) static CHECK: Check = Check {
    slug: "total-deadline",
    ids: &["C22"],
    title: "gives up an answer that still trickles when its time is over",
    source: "AWS Builders' Library \"Timeouts, retries and backoff with jitter\"",
    advice: "Set a deadline for the whole exchange, body included, beside the timeout between two bytes.",
    area: Area::ClientWire,
    params: &[
        Param {
            name: "within",
            default: ParamValue::Duration(Duration::from_secs(30)),
            about: "time from the request to the end of its answer",
        },
        Param {
            name: "slow",
            default: ParamValue::Duration(Duration::from_secs(2)),
            about: "an exchange that took less says nothing",
        },
    ],
    run: Run::Client(judge),
};

fn judge(evidence: &Evidence, params: &Params) -> Verdict {
    let (within, slow) = (params.duration("within"), params.duration("slow"));
    let took = |entry: &Entry| Some(Duration::from_nanos(entry.ended_ns?.checked_sub(entry.started_ns)?));
    let (mut findings, mut longest, mut seen) = (Vec::new(), Duration::ZERO, 0);
    for entry in evidence.journal.entries() {
        let Some(took) = took(entry).filter(|took| *took >= slow) else { continue };
        seen += 1;
        longest = longest.max(took);
        if took > within {
            let what = format!(
                "waited {:.1} s for the end of an answer; {:.0} s were due",
                took.as_secs_f64(),
                within.as_secs_f64()
            );
            findings.push(Finding::new(what).with(shown(entry)));
        }
    }
    if seen == 0 {
        return not_seen(evidence, "no answer took long");
    }
    judged(
        evidence,
        findings,
        format!("{seen} slow answers, the longest given up after {:.1} s", longest.as_secs_f64()),
    )
}

#[cfg(test)]
mod tests {
    use super::super::testing::{call, evidence, findings, passes, skips};
    use super::*;
    use crate::client_target::Drive;
    use crate::journal::Ending;

    fn lasting(seconds: u64) -> Evidence {
        let mut entry = call(0, "accounts.list", "GET /a", 200).ends(Ending::ClientGone);
        entry.ended_ns = Some(seconds * 1_000_000_000);
        evidence(Drive::Sync, vec![entry])
    }

    #[test]
    fn thirty_seconds_are_enough() {
        passes(&CHECK, &lasting(29));
        insta::assert_snapshot!(findings(&CHECK, &lasting(40)), @"waited 40.0 s for the end of an answer; 30 s were due");
        skips(&CHECK, &lasting(1));
    }
}
