//! C87: what cannot be a message is refused, and the endpoint lives on.

use super::super::{judged, shown};
use super::{forged, genuine, not_refused, not_sent};
use crate::check::{Area, Check, Run};
use crate::client_target::Evidence;
use crate::params::Params;
use crate::verdict::{Finding, Verdict};

pub(super) static CHECK: Check = Check {
    slug: "guards-webhook-endpoint",
    ids: &["C87"],
    title: "refuses requests to its webhook endpoint that are too large, of another type or method, and lives on",
    source: "house; RFC 9110 §15.5.6 (405), §15.5.14 (413), §15.5.16 (415)",
    advice: "Take POST with JSON of a few kilobytes, and answer everything else 405, 413 or 415 before it is read.",
    area: Area::ClientNotifications,
    params: &[],
    run: Run::Client(judge),
};

const ODD: &[&str] = &["huge-body", "wrong-content-type", "get-request"];

fn judge(evidence: &Evidence, _: &Params) -> Verdict {
    let (mut asked, mut findings) = not_refused(forged(evidence, ODD), |told| {
        format!("an odd request ({})", told.forgery.as_deref().unwrap_or_default())
    });
    // An endpoint may hang up on five megabytes before they are through: whether it lived on, the next message shows.
    let hung_up = |(_, told): &(&crate::journal::Entry, &crate::journal::Told)| told.outcome == "unreachable";
    asked += forged(evidence, ODD).filter(hung_up).count();
    if asked == 0 {
        return not_sent(evidence, "an odd request");
    }
    let last = forged(evidence, ODD).map(|(entry, _)| entry.seq).max().unwrap_or_default();
    let after = genuine(evidence).filter(|(entry, told)| entry.seq > last && told.outcome != "dropped");
    for (entry, _) in after.filter(|(entry, _)| entry.status().is_none()) {
        let what = "the endpoint no longer answers after odd requests";
        findings.push(Finding::new(what).with(shown(entry)));
    }
    judged(evidence, findings, format!("{asked} odd requests, all refused"))
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::{findings, passes, skips};
    use super::super::testing::{message, received};
    use super::*;

    #[test]
    fn odd_requests_are_refused_and_survived() {
        let odd = |forgery, status| message("payment.status", status).forged(forgery);
        let huge = || odd("huge-body", 0).unanswered("unreachable");
        passes(&CHECK, &received(vec![huge(), odd("get-request", 405), message("payment.status", 204)]));
        let dead = message("payment.status", 0).unanswered("unreachable");
        insta::assert_snapshot!(findings(&CHECK, &received(vec![odd("get-request", 200), huge(), dead])), @r"
        an odd request (get-request) was answered 200; a status of the 400s was due
        the endpoint no longer answers after odd requests
        ");
        skips(&CHECK, &received(vec![message("payment.status", 204)]));
    }
}
