//! C13: a status nobody documented is an overload of its class.

use std::time::Duration;

use super::{judged, not_seen, shown};
use crate::check::{Area, Check, Run};
use crate::client_target::Evidence;
use crate::journal::Entry;
use crate::params::{Param, ParamValue, Params};
use crate::verdict::{Finding, Verdict};

pub(super) static CHECK: Check = Check {
    slug: "unknown-errors-back-off",
    ids: &["C13"],
    title: "treats 5xx statuses it does not know like 503",
    source: "RFC 9110 §15 (a client must treat an unknown status as the x00 of its class)",
    advice: "Decide by the class of the status, not by a list: back off and repeat after 529 and 599 as after 503.",
    area: Area::ClientWire,
    params: &[Param {
        name: "least",
        default: ParamValue::Duration(Duration::from_millis(20)),
        about: "least wait before the call is made again",
    }],
    run: Run::Client(judge),
};

fn judge(evidence: &Evidence, params: &Params) -> Verdict {
    let least = params.duration("least");
    let (mut findings, mut seen) = (Vec::new(), 0);
    for run in evidence.runs() {
        for (place, entry) in run.attempts.iter().enumerate().filter(|(_, entry)| undocumented(entry)) {
            seen += 1;
            let status = entry.status().unwrap_or_default();
            let what = match run.attempts.get(place + 1) {
                Some(again) if again.gap_after(entry) >= least => continue,
                Some(again) => format!("came back {:.3} s after {status}", again.gap_after(entry).as_secs_f64()),
                None if place > 0 => continue,
                None => format!("took {status} for final"),
            };
            findings.push(Finding::new(format!("{}: {what}", run.subject())).with(shown(entry)));
        }
    }
    if seen == 0 {
        return not_seen(evidence, "no answer had an undocumented 5xx status");
    }
    judged(evidence, findings, format!("{seen} answers with undocumented statuses"))
}

fn undocumented(entry: &Entry) -> bool {
    !entry.lost() && entry.method == "GET" && entry.status().is_some_and(|status| status > 511)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{call, evidence, findings, passes, skips};
    use super::*;
    use crate::client_target::Drive;

    #[test]
    fn a_repetition_after_a_wait_passes() {
        let odd = |at| call(at, "accounts.list", "GET /a", 529);
        let ok = |at| call(at, "accounts.list", "GET /a", 200);
        passes(&CHECK, &evidence(Drive::Sync, vec![odd(0), ok(90)]));
        insta::assert_snapshot!(findings(&CHECK, &evidence(Drive::Sync, vec![odd(0)])), @"accounts.list (/a): took 529 for final");
        insta::assert_snapshot!(findings(&CHECK, &evidence(Drive::Sync, vec![odd(0), ok(3)])), @"accounts.list (/a): came back 0.003 s after 529");
        skips(&CHECK, &evidence(Drive::Sync, vec![ok(0)]));
    }
}
