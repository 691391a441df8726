//! C58: the clock of a gateway is nobody's business.

use super::{decided, judged, not_seen, shown};
use crate::check::{Area, Check, Run};
use crate::client_target::Evidence;
use crate::journal::Entry;
use crate::params::{Param, ParamValue, Params};
use crate::verdict::{self, Finding, Verdict};

pub(super) static CHECK: Check = Check {
    slug: "survives-clock-skew",
    ids: &["C58"],
    title: "reads on while the Date of answers is hours off, without asking for new tokens",
    source: "RFC 7519 §4.1.4 (leeway); RFC 9110 §6.6.1",
    advice: "Measure the life of a token with your own monotonic clock from the moment it came, never against the Date header.",
    area: Area::ClientWire,
    params: &[Param { name: "refreshes", default: ParamValue::Count(1), about: "refreshes while nothing was refused" }],
    run: Run::Client(judge),
};

fn judge(evidence: &Evidence, params: &Params) -> Verdict {
    let at_most = params.count("refreshes");
    let (mut findings, mut skewed) = (Vec::new(), 0);
    for (index, step) in evidence.numbered() {
        let odd: Vec<&Entry> = evidence.entries(step).filter(|entry| decided(entry, "date ")).collect();
        let Some(first) = odd.first() else { continue };
        skewed += odd.len();
        let refused = evidence.entries(step).any(|entry| entry.status() == Some(401));
        let refreshes: Vec<&Entry> = evidence.entries(step).filter(|entry| entry.is("token.refresh")).collect();
        if refreshes.len() as u64 > at_most && !refused {
            let what = format!("{} tokens were asked for although none was refused", refreshes.len());
            findings.push(
                refreshes.iter().take(3).fold(Finding::new(what).with(shown(first)), |all, one| all.with(shown(one))),
            );
        }
        if let Some(error) = step.output.as_ref().and_then(|output| output.errors.first()) {
            let what = format!("a clock that is off became the error `{}`", error.failure.class.name());
            findings.push(
                Finding::new(what).with(shown(first)).with(verdict::Evidence::output(index, "output").at("/errors/0")),
            );
        }
    }
    if skewed == 0 {
        return not_seen(evidence, "no answer had a clock that is off");
    }
    judged(evidence, findings, format!("{skewed} answers with a clock that is off"))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{call, evidence, findings, passes, skips};
    use super::*;
    use crate::client_target::Drive;

    #[test]
    fn refreshing_for_a_date_fails() {
        let off = |at| call(at, "accounts.list", "GET /a", 200).because("date +2h");
        let refresh = |at| call(at, "token.refresh", "POST /oauth/token", 200);
        passes(&CHECK, &evidence(Drive::Sync, vec![off(0), off(1)]));
        insta::assert_snapshot!(findings(&CHECK, &evidence(Drive::Sync, vec![off(0), refresh(1), off(2), refresh(3)])), @"2 tokens were asked for although none was refused");
        skips(&CHECK, &evidence(Drive::Sync, vec![refresh(0)]));
    }
}
