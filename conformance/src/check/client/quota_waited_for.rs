//! C18: what is used up for the day is not asked for again that day.

use std::time::Duration;

use super::{judged, not_seen, shown};
use crate::check::{Area, Check, Run};
use crate::client_target::Evidence;
use crate::journal::Entry;
use crate::params::{Param, ParamValue, Params};
use crate::verdict::{Finding, Verdict};

pub(super) static CHECK: Check = Check {
    slug: "quota-waited-for",
    ids: &["C18"],
    title: "leaves alone what the bank says is used up until its time is over, in later runs too",
    source: "Berlin Group NextGenPSD2 §14.1 (ACCESS_EXCEEDED); RFC 9110 §10.2.3",
    advice: "Keep the time until which a quota is used up in a store that outlives the process, per consent, account and kind of call.",
    area: Area::ClientWire,
    params: &[Param {
        name: "slack",
        default: ParamValue::Duration(Duration::from_secs(1)),
        about: "how much too early is still in time",
    }],
    run: Run::Client(judge),
};

fn judge(evidence: &Evidence, params: &Params) -> Verdict {
    let slack = params.duration("slack");
    let entries = evidence.journal.entries();
    let (mut findings, mut used_up) = (Vec::new(), 0);
    for (place, entry) in entries.iter().enumerate() {
        let Some(asked) = exhausted(entry) else { continue };
        used_up += 1;
        let early = |later: &&Entry| {
            (later.method == entry.method && later.path() == entry.path()) && later.gap_after(entry) + slack < asked
        };
        if let Some(again) = entries[place + 1..].iter().find(early) {
            let what = format!(
                "{} is used up for {} s, and was asked for again after {:.1} s",
                entry.path(),
                asked.as_secs(),
                again.gap_after(entry).as_secs_f64()
            );
            findings.push(Finding::new(what).with(shown(entry)).with(shown(again)));
        }
    }
    if used_up == 0 {
        return not_seen(evidence, "no quota was used up");
    }
    judged(evidence, findings, format!("{used_up} quotas used up, none asked for again"))
}

fn exhausted(entry: &Entry) -> Option<Duration> {
    let exhausted = entry.error_class.as_deref() == Some("quota_exhausted");
    let wait = entry.response_header("retry-after").filter(|_| exhausted)?;
    wait.trim().parse().ok().map(Duration::from_secs)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{call, evidence, findings, passes, skips};
    use super::*;
    use crate::client_target::Drive;

    #[test]
    fn asking_again_the_same_day_fails() {
        let used_up = || Entry {
            error_class: Some("quota_exhausted".to_owned()),
            ..call(0, "balances.get", "GET /a/1/balances", 429).header("retry-after", "3600")
        };
        let again = |at, account: u8| call(at, "balances.get", &format!("GET /a/{account}/balances"), 429);
        passes(&CHECK, &evidence(Drive::Sync, vec![used_up(), again(9, 2), again(3_600_000, 1)]));
        insta::assert_snapshot!(findings(&CHECK, &evidence(Drive::Sync, vec![used_up(), again(2_000, 1)])), @"/a/1/balances is used up for 3600 s, and was asked for again after 2.0 s");
        skips(&CHECK, &evidence(Drive::Sync, vec![again(0, 1)]));
    }
}
