//! C55, C56: a consent that was withdrawn, or has run out, is not used again.

use std::time::Duration;

use super::{judged, not_seen, shown};
use crate::check::{Area, Check, Run};
use crate::client_target::Evidence;
use crate::journal::Entry;
use crate::params::{Param, ParamValue, Params};
use crate::verdict::{Finding, Verdict};

pub(super) static CHECK: Check = Check {
    slug: "stops-on-revocation",
    ids: &["C55", "C56"],
    title: "makes no more calls once a consent was withdrawn or has run out, in later runs neither",
    source: "Berlin Group NextGenPSD2 §14 (CONSENT_INVALID); CDR register rules; house",
    advice: "When the bank says that the consent is revoked or expired, stop everything that uses it, remember that, and ask the account holder.",
    area: Area::ClientWire,
    params: &[
        Param {
            name: "grace",
            default: ParamValue::Duration(Duration::from_secs(5)),
            about: "calls under way may end for so long, in the run that was told",
        },
        Param { name: "calls", default: ParamValue::Count(3), about: "calls that may still be made in that time" },
    ],
    run: Run::Client(judge),
};

fn judge(evidence: &Evidence, params: &Params) -> Verdict {
    let (grace, at_most) = (params.duration("grace"), params.count("calls"));
    let entries = evidence.journal.entries();
    let ended = |entry: &&Entry| entry.error_class.as_deref() == Some("consent_invalid") && !entry.is("token.*");
    let Some(signal) = entries.iter().find(ended) else { return not_seen(evidence, "no consent was withdrawn") };
    let told_in = evidence.steps.iter().position(|step| step.journal.1 >= signal.seq).unwrap_or_default();
    let mut findings = Vec::new();
    let later: Vec<&Entry> = entries.iter().filter(|entry| entry.seq > signal.seq && entry.bank.is_some()).collect();
    let told_until = evidence.steps.get(told_in).map_or(u64::MAX, |step| step.journal.1);
    let (same, next): (Vec<&Entry>, Vec<&Entry>) = later.into_iter().partition(|entry| entry.seq <= told_until);
    let late = same.iter().filter(|entry| entry.gap_after(signal) > grace).count();
    if same.len() as u64 > at_most || late > 0 {
        let what = format!("{} more calls after the bank said that the consent is withdrawn", same.len());
        findings
            .push(same.iter().take(4).fold(Finding::new(what).with(shown(signal)), |all, one| all.with(shown(one))));
    }
    if let Some(first) = next.first() {
        let what = format!("{} calls in a later run with a consent known to be withdrawn", next.len());
        findings.push(Finding::new(what).with(shown(signal)).with(shown(first)));
    }
    judged(evidence, findings, format!("{} calls after the signal", same.len()))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{call, evidence, findings, passes, skips};
    use super::*;
    use crate::client_target::Drive;

    #[test]
    fn going_on_fails() {
        let read = |at| call(at, "balances.get", "GET /a/1/balances", 403);
        let told = || Entry { error_class: Some("consent_invalid".to_owned()), ..read(0) };
        passes(&CHECK, &evidence(Drive::Sync, vec![told(), read(3)]));
        let many = (0..6).map(read).collect::<Vec<_>>();
        insta::assert_snapshot!(findings(&CHECK, &evidence(Drive::Sync, [vec![told()], many].concat())), @"6 more calls after the bank said that the consent is withdrawn");
        skips(&CHECK, &evidence(Drive::Sync, vec![read(0)]));
    }
}
