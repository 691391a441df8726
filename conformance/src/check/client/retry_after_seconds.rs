//! C01: a `Retry-After` in seconds is a minimum wait.

use std::time::Duration;

use super::{judged, not_seen, shown};
use crate::check::{Area, Check, Run};
use crate::client_target::Evidence;
use crate::params::{Param, ParamValue, Params};
use crate::verdict::{Finding, Verdict};

pub(super) static CHECK: Check = Check {
    slug: "retry-after-seconds",
    ids: &["C01"],
    title: "waits at least as long as a Retry-After in seconds asks",
    source: "RFC 9110 §10.2.3, RFC 6585 §4",
    advice: "Read Retry-After on 429 and 503, and do not send the same request again before that many seconds have \
             passed since the whole answer arrived; add your own jitter on top, never below.",
    area: Area::ClientWire,
    params: &[
        Param {
            name: "slack",
            default: ParamValue::Duration(Duration::from_millis(50)),
            about: "how much too early is still in time, for clocks that differ",
        },
        Param {
            name: "late",
            default: ParamValue::Duration(Duration::from_secs(30)),
            about: "how long after the time asked for the client must be back",
        },
    ],
    run: Run::Client(judge),
};

/// Nobody waits this long inside one run: not coming back is what was asked.
pub(super) const TOO_LONG: Duration = Duration::from_secs(60);

fn judge(evidence: &Evidence, params: &Params) -> Verdict {
    let (slack, late) = (params.duration("slack"), params.duration("late"));
    let (mut findings, mut waits) = (Vec::new(), Vec::new());
    let (mut asked_once, mut put_off) = (false, 0);
    for run in evidence.runs() {
        asked_once |= run.attempts.iter().any(|attempt| seconds(attempt).is_some());
        put_off += usize::from(seconds(run.last()).is_some_and(|asked| asked >= TOO_LONG));
        for (earlier, later) in run.pairs() {
            let Some(asked) = seconds(earlier) else { continue };
            let waited = later.gap_after(earlier);
            waits.push(waited);
            let latest = asked + late.max(asked / 2);
            let wrong = if waited + slack < asked {
                "too early"
            } else if waited > latest {
                "too late"
            } else {
                continue;
            };
            let what = format!(
                "{}: asked to wait {} s, came back after {:.3} s, which is {wrong}",
                run.subject(),
                asked.as_secs(),
                waited.as_secs_f64()
            );
            findings.push(Finding::new(what).with(shown(earlier)).with(shown(later)));
        }
    }
    if waits.is_empty() && put_off == 0 {
        return not_seen(
            evidence,
            if asked_once {
                "the client never sent again what was answered with Retry-After, so its wait cannot be measured"
            } else {
                "no answer carried a Retry-After in seconds"
            },
        );
    }
    let shortest = waits.iter().min().copied().unwrap_or_default();
    let waited = format!("{} waits, the shortest {:.3} s", waits.len(), shortest.as_secs_f64());
    judged(evidence, findings, if put_off == 0 { waited } else { format!("{waited}; {put_off} calls put off") })
}

fn seconds(entry: &crate::journal::Entry) -> Option<Duration> {
    let text = entry.response_header("retry-after")?.trim();
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten().map(Duration::from_secs)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{call, evidence, findings, passes, skips};
    use super::*;
    use crate::client_target::Drive;

    const LINE: &str = "GET /plain/accounts/a/transactions";

    #[test]
    fn a_client_that_comes_back_in_time_passes() {
        let limited = call(0, "transactions.list", LINE, 429).header("Retry-After", "2");
        passes(&CHECK, &evidence(Drive::Sync, vec![limited, call(1_960, "transactions.list", LINE, 200)]));
    }

    #[test]
    fn a_client_that_comes_back_early_or_very_late_fails() {
        let limited = |at| call(at, "transactions.list", LINE, 429).header("retry-after", "2");
        let journal = vec![limited(0), limited(1_940), call(60_000, "transactions.list", LINE, 200)];
        insta::assert_snapshot!(findings(&CHECK, &evidence(Drive::Sync, journal)), @r"
        transactions.list (/plain/accounts/a/transactions): asked to wait 2 s, came back after 1.940 s, which is too early
        transactions.list (/plain/accounts/a/transactions): asked to wait 2 s, came back after 58.060 s, which is too late
        ");
    }

    #[test]
    fn a_call_put_off_for_an_hour_is_honoured_by_not_coming_back() {
        let limited = || call(0, "transactions.list", LINE, 429).header("retry-after", "3600");
        passes(&CHECK, &evidence(Drive::Sync, vec![limited()]));
        let early = findings(&CHECK, &evidence(Drive::Sync, vec![limited(), call(90, "transactions.list", LINE, 200)]));
        assert!(early.ends_with("asked to wait 3600 s, came back after 0.090 s, which is too early"), "{early}");
    }

    #[test]
    fn what_was_not_seen_is_skipped() {
        let date = call(0, "accounts.list", LINE, 503).header("retry-after", "Sun, 06 Nov 1994 08:49:37 GMT");
        skips(&CHECK, &evidence(Drive::Sync, vec![date, call(9, "accounts.list", LINE, 200)]));
        skips(&CHECK, &evidence(Drive::Sync, vec![call(0, "accounts.list", LINE, 429).header("retry-after", "1")]));
    }
}
