//! C02: a `Retry-After` that is an HTTP date is a minimum wait; one that is past or unreadable leaves the client to its
//! own backoff.

use std::time::Duration;

use jiff::Timestamp;
use jiff::fmt::strtime::BrokenDownTime;

use super::retry_after_seconds::TOO_LONG;
use super::{judged, not_seen, shown};
use crate::check::{Area, Check, Run};
use crate::client_target::Evidence;
use crate::journal::Entry;
use crate::params::{Param, ParamValue, Params};
use crate::verdict::{Finding, Verdict};

pub(super) static CHECK: Check = Check {
    slug: "retry-after-date",
    ids: &["C02"],
    title: "waits until the HTTP date of a Retry-After, and backs off by itself when it is past or unreadable",
    source: "RFC 9110 §5.6.7, §10.2.3",
    advice: "Parse Retry-After as seconds first, then as an HTTP date; measure the date against the answer's own Date \
             header, treat a past date as zero and garbage as absent, and add your own backoff in every case.",
    area: Area::ClientWire,
    params: &[
        Param {
            name: "slack",
            default: ParamValue::Duration(Duration::from_secs(1)),
            about: "how much too early is still in time: dates have whole seconds and clocks differ",
        },
        Param {
            name: "least",
            default: ParamValue::Duration(Duration::from_millis(20)),
            about: "the least wait of a client's own backoff, after a past date or garbage",
        },
    ],
    run: Run::Client(judge),
};

enum Asked {
    Until(Duration),
    Nothing,
}

fn judge(evidence: &Evidence, params: &Params) -> Verdict {
    let (slack, least) = (params.duration("slack"), params.duration("least"));
    let (mut findings, mut waits) = (Vec::new(), 0);
    for run in evidence.runs() {
        if let Some((_, Asked::Until(wait))) = asked(run.last()) {
            waits += usize::from(wait >= TOO_LONG);
        }
        for (earlier, later) in run.pairs() {
            let Some((text, asked)) = asked(earlier) else { continue };
            let waited = later.gap_after(earlier);
            waits += 1;
            let due = match asked {
                Asked::Until(wait) => wait.saturating_sub(slack).max(least),
                Asked::Nothing => least,
            };
            if waited < due {
                let why = match asked {
                    Asked::Until(wait) => format!("{:.0} s away", wait.as_secs_f64()),
                    Asked::Nothing => "which asks for nothing, so its own backoff was due".to_owned(),
                };
                let what = format!(
                    "{}: Retry-After was `{text}`, {why}; came back after {:.3} s, not {:.3} s",
                    run.subject(),
                    waited.as_secs_f64(),
                    due.as_secs_f64()
                );
                findings.push(Finding::new(what).with(shown(earlier)).with(shown(later)));
            }
        }
    }
    if waits == 0 {
        return not_seen(evidence, "nothing was sent again after a Retry-After that is not in seconds");
    }
    judged(evidence, findings, format!("{waits} waits"))
}

/// What a `Retry-After` that is not in seconds asks for.
fn asked(entry: &Entry) -> Option<(&str, Asked)> {
    let text = entry.response_header("retry-after")?.trim();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let until = http_date(text).zip(entry.response_header("date").and_then(http_date));
    let wait = until.and_then(|(until, from)| Duration::try_from(until.duration_since(from)).ok());
    Some((text, wait.filter(|wait| !wait.is_zero()).map_or(Asked::Nothing, Asked::Until)))
}

fn http_date(text: &str) -> Option<Timestamp> {
    ["%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"].iter().find_map(|format| {
        let civil = BrokenDownTime::parse(format, text.trim()).ok()?.to_datetime().ok()?;
        jiff::tz::Offset::UTC.to_timestamp(civil).ok()
    })
}

#[cfg(test)]
mod tests {
    use super::super::testing::{call, evidence, findings, passes, skips};
    use super::*;
    use crate::client_target::Drive;

    const LINE: &str = "GET /plain/accounts";

    fn answered(at: u64, retry_after: &str) -> Entry {
        call(at, "accounts.list", LINE, 503)
            .header("date", "Sun, 06 Nov 1994 08:49:34 GMT")
            .header("retry-after", retry_after)
    }

    #[test]
    fn dates_past_dates_and_garbage() {
        let good = vec![
            answered(0, "Sun, 06 Nov 1994 08:49:37 GMT"),
            answered(2_000, "Sun, 06 Nov 1994 08:00:00 GMT"),
            answered(2_050, "soon"),
            call(2_100, "accounts.list", LINE, 200),
        ];
        passes(&CHECK, &evidence(Drive::Sync, good));
        let bad = vec![
            answered(0, "Sun, 06 Nov 1994 08:49:37 GMT"),
            answered(80, "soon"),
            call(81, "accounts.list", LINE, 200),
        ];
        insta::assert_snapshot!(findings(&CHECK, &evidence(Drive::Sync, bad)), @r"
        accounts.list (/plain/accounts): Retry-After was `Sun, 06 Nov 1994 08:49:37 GMT`, 3 s away; came back after 0.080 s, not 2.000 s
        accounts.list (/plain/accounts): Retry-After was `soon`, which asks for nothing, so its own backoff was due; came back after 0.001 s, not 0.020 s
        ");
        skips(&CHECK, &evidence(Drive::Sync, vec![answered(0, "3"), call(9, "accounts.list", LINE, 200)]));
    }
}
