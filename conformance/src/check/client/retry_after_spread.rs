//! C04: many calls told the same wait do not come back at the same instant.

use std::time::Duration;

use super::backoff::quantile;
use super::{judged, not_seen, shown};
use crate::check::{Area, Check, Run};
use crate::client_target::Evidence;
use crate::params::{Param, ParamValue, Params};
use crate::verdict::{Finding, Verdict};

pub(super) static CHECK: Check = Check {
    slug: "retry-after-spread",
    ids: &["C04"],
    title: "adds jitter on top of Retry-After",
    source: "draft-ietf-httpapi-ratelimit-headers-10 §8; AWS Architecture Blog \"Exponential backoff and jitter\"",
    advice: "Add a random part of your own first wait to every Retry-After, so that clients told the same second do not arrive in the same millisecond. Never subtract.",
    area: Area::ClientWire,
    params: &[
        Param { name: "calls", default: ParamValue::Count(8), about: "fewer waits than this say nothing" },
        Param {
            name: "spread",
            default: ParamValue::Duration(Duration::from_millis(6)),
            about: "least distance between the quartiles of what was waited beyond Retry-After",
        },
    ],
    run: Run::Client(judge),
};

fn judge(evidence: &Evidence, params: &Params) -> Verdict {
    let (least_calls, least) = (params.count("calls"), params.duration("spread"));
    let (mut findings, mut beyond) = (Vec::new(), Vec::new());
    for run in evidence.runs() {
        for (earlier, later) in run.pairs() {
            let asked = earlier.response_header("retry-after").and_then(|text| text.trim().parse().ok());
            let Some(asked) = asked.map(Duration::from_secs) else { continue };
            let waited = later.gap_after(earlier);
            if waited < asked {
                let what = format!("{}: {:.3} s early", run.subject(), (asked - waited).as_secs_f64());
                findings.push(Finding::new(what).with(shown(earlier)).with(shown(later)));
            } else {
                beyond.push((waited - asked).as_secs_f64());
            }
        }
    }
    if beyond.is_empty() && findings.is_empty() {
        return not_seen(evidence, "nothing was sent again after a Retry-After in seconds");
    }
    if (beyond.len() as u64) < least_calls {
        return Verdict::inconclusive(format!("{} waits; {least_calls} are needed", beyond.len()));
    }
    beyond.sort_by(f64::total_cmp);
    let spread = quantile(&beyond, 0.75) - quantile(&beyond, 0.25);
    let words = format!("{} waits, quartiles {:.0} ms apart", beyond.len(), spread * 1000.0);
    if spread < least.as_secs_f64() {
        let due = format!("all came back at the same instant: {words}, not {} ms", least.as_millis());
        findings
            .push(evidence.journal.entries().iter().take(4).fold(Finding::new(due), |all, one| all.with(shown(one))));
    }
    judged(evidence, findings, words)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{call, evidence, findings, judge, passes, skips};
    use super::*;
    use crate::client_target::Drive;

    fn waits(calls: u64, beyond: impl Fn(u64) -> u64) -> Evidence {
        let pair = |n: u64| {
            let line = format!("GET /accounts/{n}/balances");
            let limited = call(n * 5_000, "balances.get", &line, 429).header("retry-after", "1");
            [limited, call(n * 5_000 + 1_000 + beyond(n), "balances.get", &line, 200)]
        };
        evidence(Drive::Sync, (0..calls).flat_map(pair).collect())
    }

    #[test]
    fn a_spread_passes_and_one_instant_fails() {
        passes(&CHECK, &waits(10, |n| 40 + n * 4));
        insta::assert_snapshot!(findings(&CHECK, &waits(10, |n| n % 2)), @"all came back at the same instant: 10 waits, quartiles 1 ms apart, not 6 ms");
        assert!(matches!(judge(&CHECK, &waits(7, |n| n)), Verdict::Inconclusive { .. }));
        skips(&CHECK, &waits(0, |_| 0));
    }
}
