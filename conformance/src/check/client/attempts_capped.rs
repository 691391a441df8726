//! C09: a call that keeps failing is given up.

use std::time::Duration;

use super::{judged, not_seen, shown};
use crate::check::{Area, Check, Run};
use crate::client_target::Evidence;
use crate::journal::Entry;
use crate::params::{Param, ParamValue, Params};
use crate::verdict::{Finding, Verdict};

pub(super) static CHECK: Check = Check {
    slug: "attempts-capped",
    ids: &["C09", "C11"],
    title: "gives up after a few attempts and a bounded time",
    source: "house; SRE book ch. 21 (about three attempts per request)",
    advice: "Bound both the number of attempts of one call and the time they may take together, then report the \
             failure and let the next run try again.",
    area: Area::ClientWire,
    params: &[
        Param { name: "at_most", default: ParamValue::Count(5), about: "requests of one call, the first included" },
        Param {
            name: "within",
            default: ParamValue::Duration(Duration::from_secs(120)),
            about: "time from the first request of a call to the last",
        },
    ],
    run: Run::Client(judge),
};

fn judge(evidence: &Evidence, params: &Params) -> Verdict {
    let (at_most, within) = (params.count("at_most"), params.duration("within"));
    let (mut findings, mut most, mut failing) = (Vec::new(), 0, 0);
    for run in evidence.runs() {
        // A token renewed in between is another matter, with a check of its own.
        let attempts: Vec<&Entry> = run.attempts.iter().copied().filter(|entry| entry.status() != Some(401)).collect();
        let (Some(first), Some(last)) = (attempts.first(), attempts.last()) else { continue };
        if !attempts.iter().any(|attempt| overloaded(attempt)) {
            continue;
        }
        failing += 1;
        most = most.max(attempts.len() as u64);
        let took = Duration::from_nanos(last.started_ns.saturating_sub(first.started_ns));
        if attempts.len() as u64 > at_most || took > within {
            let what = format!(
                "{}: {} requests in {:.1} s; at most {at_most} in {:.0} s were due",
                run.subject(),
                attempts.len(),
                took.as_secs_f64(),
                within.as_secs_f64()
            );
            findings.push(Finding::new(what).with(shown(first)).with(shown(last)));
        }
    }
    if failing == 0 {
        return not_seen(evidence, "no call failed in a way that may pass");
    }
    judged(evidence, findings, format!("{failing} failing calls, at most {most} requests each"))
}

fn overloaded(entry: &Entry) -> bool {
    entry.lost() || entry.status().is_some_and(|status| status >= 500 || status == 429)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{call, evidence, findings, passes, skips};
    use super::*;
    use crate::client_target::Drive;

    fn failing(times: u64, apart_ms: u64) -> Evidence {
        let at = |n: u64| call(n * apart_ms, "accounts.list", "GET /plain/accounts", 503);
        evidence(Drive::Sync, (0..times).map(at).collect())
    }

    #[test]
    fn five_attempts_pass_and_six_fail() {
        passes(&CHECK, &failing(5, 100));
        insta::assert_snapshot!(findings(&CHECK, &failing(6, 100)), @"accounts.list (/plain/accounts): 6 requests in 0.5 s; at most 5 in 120 s were due");
        insta::assert_snapshot!(findings(&CHECK, &failing(3, 70_000)), @"accounts.list (/plain/accounts): 3 requests in 140.0 s; at most 5 in 120 s were due");
    }

    #[test]
    fn success_ends_the_count() {
        let ok = (0..9).map(|n| call(n, "accounts.list", "GET /plain/accounts", 200)).collect();
        skips(&CHECK, &evidence(Drive::Sync, ok));
    }
}
