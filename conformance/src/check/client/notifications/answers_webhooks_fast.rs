//! C84: messages are acknowledged at once, and the work is done afterwards.

use std::time::Duration;

use super::super::{judged, shown};
use super::{genuine, not_sent};
use crate::check::{Area, Check, Run};
use crate::client_target::Evidence;
use crate::params::{Param, ParamValue, Params};
use crate::verdict::{Evidence as Proof, Finding, Verdict};

pub(super) static CHECK: Check = Check {
    slug: "answers-webhooks-fast",
    ids: &["C84"],
    title: "acknowledges every webhook of a burst within two seconds",
    source: "house; Plaid and Stripe give up after ten seconds and send again",
    advice: "Write the event down, answer, and do the work afterwards: a bank that waits for the answer sends the message \
             again, or gives up.",
    area: Area::ClientNotifications,
    params: &[
        Param {
            name: "within",
            default: ParamValue::Duration(Duration::from_secs(2)),
            about: "time from the message to its acknowledgement",
        },
        Param { name: "at_least", default: ParamValue::Count(20), about: "messages that make a burst" },
    ],
    run: Run::Client(judge),
};

fn judge(evidence: &Evidence, params: &Params) -> Verdict {
    let (within, at_least) = (params.duration("within"), params.count("at_least"));
    let (mut findings, mut slowest, mut sent) = (Vec::new(), Duration::ZERO, 0);
    for (entry, told) in genuine(evidence) {
        let took = Duration::from_nanos(entry.ended_ns.unwrap_or(entry.started_ns).saturating_sub(entry.started_ns));
        match told.outcome.as_str() {
            "acknowledged" | "refused" | "timeout" => {}
            _ => continue,
        }
        sent += 1;
        slowest = slowest.max(took);
        if took > within {
            let what = format!(
                "a webhook was answered after {:.1} s; {:.1} s was due",
                took.as_secs_f64(),
                within.as_secs_f64()
            );
            let proof: Proof = shown(entry);
            findings.push(Finding::new(what).with(proof.measuring(format!("{took:.1?}"))));
        }
    }
    if sent == 0 {
        return not_sent(evidence, "sent to somebody who answers");
    }
    if sent < at_least && findings.is_empty() {
        return Verdict::inconclusive(format!("{sent} webhooks were answered; {at_least} make a burst"));
    }
    judged(evidence, findings, format!("{sent} webhooks, the slowest answered after {slowest:.1?}"))
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::{findings, judge, passes, skips};
    use super::super::testing::{message, received};
    use super::*;

    #[test]
    fn every_one_of_a_burst_counts() {
        let burst = |slowest| {
            let fast = (0..24).map(|_| message("payment.status", 204).took(3));
            received(fast.chain([message("payment.status", 204).took(slowest)]).collect())
        };
        passes(&CHECK, &burst(1900));
        insta::assert_snapshot!(findings(&CHECK, &burst(2600)), @"a webhook was answered after 2.6 s; 2.0 s was due");
        let few = received(vec![message("payment.status", 204).took(3)]);
        assert!(matches!(judge(&CHECK, &few), Verdict::Inconclusive { .. }));
        skips(&CHECK, &received(vec![message("payment.status", 204).unanswered("dropped")]));
    }
}
