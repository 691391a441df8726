//! C03: `Retry-After` outranks the reset of a rate limit header.

use std::time::Duration;

use super::{judged, not_seen, shown};
use crate::check::{Area, Check, Run};
use crate::client_target::Evidence;
use crate::journal::Entry;
use crate::params::{Param, ParamValue, Params};
use crate::verdict::{Finding, Verdict};

pub(super) static CHECK: Check = Check {
    slug: "retry-after-before-reset",
    ids: &["C03"],
    title: "waits for Retry-After where a RateLimit header names an earlier reset",
    source: "draft-ietf-httpapi-ratelimit-headers-10 §5",
    advice: "When an answer carries both, wait for Retry-After: the reset says when a quota is full again, not when this call will be served.",
    area: Area::ClientWire,
    params: &[Param {
        name: "slack",
        default: ParamValue::Duration(Duration::from_millis(50)),
        about: "how much too early is still in time",
    }],
    run: Run::Client(judge),
};

fn judge(evidence: &Evidence, params: &Params) -> Verdict {
    let slack = params.duration("slack");
    let (mut findings, mut waits) = (Vec::new(), 0);
    for run in evidence.runs() {
        for (earlier, later) in run.pairs() {
            let Some((asked, reset)) = both(earlier).filter(|(asked, reset)| reset < asked) else { continue };
            waits += 1;
            let waited = later.gap_after(earlier);
            if waited + slack < asked {
                let what = format!(
                    "{}: Retry-After was {} s, the reset {} s away; came back after {:.3} s",
                    run.subject(),
                    asked.as_secs(),
                    reset.as_secs(),
                    waited.as_secs_f64()
                );
                findings.push(Finding::new(what).with(shown(earlier)).with(shown(later)));
            }
        }
    }
    if waits == 0 {
        return not_seen(
            evidence,
            "nothing was sent again after an answer with both a Retry-After and an earlier reset",
        );
    }
    judged(evidence, findings, format!("{waits} waits"))
}

/// `Retry-After` and the `t` of `RateLimit`, if an answer has both.
fn both(entry: &Entry) -> Option<(Duration, Duration)> {
    let seconds = |text: &str| text.trim().parse().ok().map(Duration::from_secs);
    let asked = seconds(entry.response_header("retry-after")?)?;
    let members = entry.response_header("ratelimit")?.split([';', ',']);
    Some((asked, members.filter_map(|member| member.trim().strip_prefix("t=")).find_map(seconds)?))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{call, evidence, findings, passes, skips};
    use super::*;
    use crate::client_target::Drive;

    #[test]
    fn the_later_of_the_two_counts() {
        let limited = || {
            let entry = call(0, "accounts.list", "GET /a", 429).header("retry-after", "4");
            entry.header("ratelimit", "\"default\";r=0;t=1")
        };
        let back = |at| call(at, "accounts.list", "GET /a", 200);
        passes(&CHECK, &evidence(Drive::Sync, vec![limited(), back(4_000)]));
        insta::assert_snapshot!(findings(&CHECK, &evidence(Drive::Sync, vec![limited(), back(1_100)])), @"accounts.list (/a): Retry-After was 4 s, the reset 1 s away; came back after 1.100 s");
        skips(&CHECK, &evidence(Drive::Sync, vec![back(0)]));
    }
}
