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
    // What a machine that was busy itself may have cost is nobody's fault.
    let due = evidence.strain.stretched(within);
    let (mut findings, mut slowest, mut sent) = (Vec::new(), Duration::ZERO, 0);
    for (entry, told) in genuine(evidence) {
        let took = Duration::from_nanos(entry.ended_ns.unwrap_or(entry.started_ns).saturating_sub(entry.started_ns));
        match told.outcome.as_str() {
            "acknowledged" | "refused" | "timeout" => {}
            _ => continue,
        }
        sent += 1;
        slowest = slowest.max(took);
        if took > due {
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
    if findings.is_empty() && slowest > within {
        return Verdict::inconclusive(format!(
            "the slowest of {sent} webhooks was answered after {:.1} s and {:.1} s was due, but {}",
            slowest.as_secs_f64(),
            within.as_secs_f64(),
            evidence.strain
        ));
    }
    judged(evidence, findings, format!("{sent} webhooks, the slowest answered after {slowest:.1?}"))
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::{findings, judge, passes, skips};
    use super::super::testing::{message, received};
    use super::*;
    use crate::machine::Strain;

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

    #[test]
    fn a_machine_that_was_busy_itself_accuses_nobody() {
        let busy = |slowest, slowdown| {
            let burst = (0..20).map(|_| message("payment.status", 204).took(slowest)).collect();
            Evidence { strain: Strain { slowdown, late: Duration::ZERO }, ..received(burst) }
        };
        let Verdict::Inconclusive { reason } = judge(&CHECK, &busy(2600, 3.1)) else { panic!("accused or acquitted") };
        insta::assert_snapshot!(reason, @"the slowest of 20 webhooks was answered after 2.6 s and 2.0 s was due, but the machine did the same work 3.1 times slower than at its best and began it up to 0 ms late");
        assert!(matches!(judge(&CHECK, &busy(6300, 3.1)), Verdict::Failed(_)), "slower than the machine was");
        passes(&CHECK, &busy(1900, 3.1));
    }
}
