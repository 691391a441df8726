//! C44: a rejected payment is an answer, whatever the status of the response.

use bank_fixtures::record::PaymentStatus;

use super::payments::{claimed, orders, settled, stated};
use super::{judged, not_seen, shown};
use crate::check::{Area, Check, Run};
use crate::client_target::Evidence;
use crate::journal::Entry;
use crate::params::Params;
use crate::verdict::{self, Finding, Verdict};

pub(super) static CHECK: Check = Check {
    slug: "rejection-is-final",
    ids: &["C44"],
    title: "takes a payment that the bank rejects for refused, and does not order it again",
    source: "Berlin Group NextGenPSD2 §5.4; Open Finance Brasil payments (RJCT with 200)",
    advice: "Read the status in the body, not the one of HTTP. Report the reason and leave it to the person who ordered whether to order again.",
    area: Area::ClientPayments,
    params: &[],
    run: Run::Client(judge),
};

fn judge(evidence: &Evidence, _: &Params) -> Verdict {
    let (mut findings, mut rejected) = (Vec::new(), 0);
    for (index, step) in evidence.numbered() {
        let says = |entry: &&Entry| stated(entry).is_some_and(|payment| payment.status == PaymentStatus::Rejected);
        let Some(refusal) = evidence.entries(step).find(says) else { continue };
        rejected += 1;
        if let Some(again) = orders(evidence, step).into_iter().find(|order| order.seq > refusal.seq) {
            let what = "the bank rejected the payment, and it was ordered again";
            findings.push(Finding::new(what).with(shown(refusal)).with(shown(again)));
        } else if claimed(step).is_some_and(settled) {
            let proof = verdict::Evidence::output(index, "output").at("/payments/0/status");
            findings.push(Finding::new("a rejected payment was reported as settled").with(shown(refusal)).with(proof));
        }
    }
    if rejected == 0 {
        return not_seen(evidence, "no payment was rejected in a successful answer");
    }
    judged(evidence, findings, format!("{rejected} rejections"))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{claiming, findings, passes, skips};
    use super::*;

    #[test]
    fn ordering_again_fails() {
        passes(&CHECK, &claiming(&[("rejected", "rejected")]));
        insta::assert_snapshot!(findings(&CHECK, &claiming(&[("rejected", "credited")])), @"a rejected payment was reported as settled");
        skips(&CHECK, &claiming(&[("accepted", "accepted_checks")]));
    }
}
