//! C52: a refresh token that was refused is not sent again.

use super::{judged, not_seen, shown};
use crate::check::{Area, Check, Run};
use crate::client_target::Evidence;
use crate::journal::Entry;
use crate::params::{Param, ParamValue, Params};
use crate::verdict::{self, Finding, Verdict};

pub(super) static CHECK: Check = Check {
    slug: "stops-on-invalid-grant",
    ids: &["C52"],
    title: "stops and asks the account holder when a refresh token is refused",
    source: "RFC 6749 §5.2",
    advice: "On invalid_grant throw the tokens away, report that the account holder has to agree again, and make no further call with that consent.",
    area: Area::ClientWire,
    params: &[Param { name: "at_most", default: ParamValue::Count(1), about: "refreshes answered with invalid_grant" }],
    run: Run::Client(judge),
};

fn judge(evidence: &Evidence, params: &Params) -> Verdict {
    let at_most = params.count("at_most");
    let refused: Vec<&Entry> =
        evidence.journal.of("token.refresh").filter(|entry| entry.status() == Some(400)).collect();
    let Some(first) = refused.first() else { return not_seen(evidence, "no refresh was refused") };
    let mut findings = Vec::new();
    if refused.len() as u64 > at_most {
        let what = format!("a refused refresh token was sent {} times; at most {at_most} was due", refused.len());
        findings.push(refused.iter().fold(Finding::new(what), |finding, entry| finding.with(shown(entry))));
    }
    for (index, step) in
        evidence.numbered().filter(|(_, step)| evidence.entries(step).any(|entry| entry.seq == first.seq))
    {
        if let Some(output) = step.output.as_ref().filter(|output| output.errors.is_empty()) {
            let what =
                format!("the session has ended, and the client reports no error ({} accounts)", output.accounts.len());
            findings.push(
                Finding::new(what).with(shown(first)).with(verdict::Evidence::output(index, "output").at("/errors")),
            );
        }
    }
    judged(evidence, findings, format!("{} refused", refused.len()))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{call, evidence, findings, passes, skips};
    use super::*;
    use crate::client_target::Drive;

    #[test]
    fn one_refusal_is_enough() {
        let refused = |at| call(at, "token.refresh", "POST /oauth/token", 400);
        passes(&CHECK, &evidence(Drive::Sync, vec![refused(0)]));
        insta::assert_snapshot!(findings(&CHECK, &evidence(Drive::Sync, vec![refused(0), refused(1)])), @"a refused refresh token was sent 2 times; at most 1 was due");
        skips(&CHECK, &evidence(Drive::Sync, vec![call(0, "accounts.list", "GET /a", 400)]));
    }
}
