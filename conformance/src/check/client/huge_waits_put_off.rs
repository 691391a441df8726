//! C06: a wait of a day puts one call off, not the whole client.

use std::time::Duration;

use super::{judged, not_seen, shown};
use crate::check::{Area, Check, Run};
use crate::client_target::Evidence;
use crate::journal::Entry;
use crate::params::{Param, ParamValue, Params};
use crate::verdict::{self, Finding, Verdict};

pub(super) static CHECK: Check = Check {
    slug: "huge-waits-put-off",
    ids: &["C06"],
    title: "puts a call off that must wait for hours, and goes on with the rest",
    source: "house; RFC 9110 §10.2.3",
    advice: "Compare Retry-After with what is left of the run. If it is longer, report the call as put off with the time it may be made, and go on.",
    area: Area::ClientWire,
    params: &[
        Param {
            name: "huge",
            default: ParamValue::Duration(Duration::from_secs(60)),
            about: "a Retry-After from here on outlives a run",
        },
        Param {
            name: "within",
            default: ParamValue::Duration(Duration::from_secs(5)),
            about: "the next request, or the end of the step, must come so soon",
        },
    ],
    run: Run::Client(judge),
};

fn judge(evidence: &Evidence, params: &Params) -> Verdict {
    let (huge, within) = (params.duration("huge"), params.duration("within"));
    let (mut findings, mut seen) = (Vec::new(), 0);
    for (index, step) in evidence.numbered() {
        let entries: Vec<&Entry> = evidence.entries(step).collect();
        let began = entries.first().map_or(0, |first| first.started_ns);
        for (place, entry) in entries.iter().enumerate().filter(|(_, entry)| asked(entry) >= Some(huge)) {
            seen += 1;
            // Without a later request the end of the step is the next thing that is known.
            let next = entries.get(place + 1).map(|next| next.gap_after(entry));
            let until = Duration::from_nanos(entry.ended_ns.unwrap_or(entry.started_ns).saturating_sub(began));
            let idle = next.unwrap_or_else(|| step.elapsed.saturating_sub(until));
            if idle > within {
                let what = format!(
                    "{} {} asked for {} s, and the client did nothing for {:.1} s; at most {:.1} s were due",
                    entry.method,
                    entry.path(),
                    asked(entry).unwrap_or_default().as_secs(),
                    idle.as_secs_f64(),
                    within.as_secs_f64()
                );
                findings.push(Finding::new(what).with(shown(entry)));
            }
            if let Some(output) = step.output.as_ref().filter(|output| output.errors.is_empty()) {
                let what =
                    format!("a call was put off, and the client reports no error ({} accounts)", output.accounts.len());
                let proof = verdict::Evidence::output(index, "output").at("/errors");
                findings.push(Finding::new(what).with(shown(entry)).with(proof));
            }
        }
    }
    if seen == 0 {
        return not_seen(evidence, "no answer asked for a wait of a minute or more");
    }
    judged(evidence, findings, format!("{seen} calls put off"))
}

fn asked(entry: &Entry) -> Option<Duration> {
    entry.response_header("retry-after")?.trim().parse().ok().map(Duration::from_secs)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{call, evidence, findings, passes, skips};
    use super::*;
    use crate::client_target::Drive;

    #[test]
    fn going_on_at_once_passes_and_sitting_there_fails() {
        let huge = || call(0, "balances.get", "GET /a/1/balances", 429).header("retry-after", "86400");
        let next = |at| call(at, "balances.get", "GET /a/2/balances", 200);
        passes(&CHECK, &evidence(Drive::Sync, vec![huge(), next(20)]));
        insta::assert_snapshot!(findings(&CHECK, &evidence(Drive::Sync, vec![huge(), next(9_000)])), @"GET /a/1/balances asked for 86400 s, and the client did nothing for 9.0 s; at most 5.0 s were due");
        skips(&CHECK, &evidence(Drive::Sync, vec![next(0)]));
    }
}
