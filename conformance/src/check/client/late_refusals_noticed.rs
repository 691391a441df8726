//! C43: a payment that was accepted can still be refused, or come back.

use bank_fixtures::canonical::payment_status_word;
use bank_fixtures::record::PaymentStatus;

use super::payments::{claimed, statements};
use super::{judged, not_seen, shown};
use crate::check::{Area, Check, Run};
use crate::client_target::Evidence;
use crate::params::Params;
use crate::verdict::{self, Finding, Verdict};

pub(super) static CHECK: Check = Check {
    slug: "late-refusals-noticed",
    ids: &["C43"],
    title: "reports a payment that was rejected or returned after it had been accepted, with the reason",
    source: "Berlin Group NextGenPSD2 §14.13; ISO 20022 pain.002, pacs.004",
    advice: "Go on looking at a payment until it is final, take a rejection after an acceptance and a return after a settlement as what they are, and keep the reason code.",
    area: Area::ClientPayments,
    params: &[],
    run: Run::Client(judge),
};

fn judge(evidence: &Evidence, _: &Params) -> Verdict {
    let (mut findings, mut refused) = (Vec::new(), 0);
    for (index, step) in evidence.numbered() {
        let said = statements(evidence, step);
        let late = |status| matches!(status, PaymentStatus::Rejected | PaymentStatus::Returned);
        let Some((entry, last)) = said.last().filter(|(_, last)| said.len() > 1 && late(last.status)) else { continue };
        let Some(claim) = claimed(step) else { continue };
        refused += 1;
        let proof = || verdict::Evidence::output(index, "output").at("/payments/0");
        let bank = payment_status_word(last.status);
        let reason = || step.output.as_ref().and_then(|output| output.payments.first()?.reason.as_ref());
        if claim != last.status {
            let what = format!("the payment was {bank} after all; it was reported as {}", payment_status_word(claim));
            findings.push(Finding::new(what).with(shown(entry)).with(proof().measuring(payment_status_word(claim))));
        } else if let Some(why) = last.reason.as_ref().filter(|_| reason().is_none()) {
            let what = format!("the payment was {bank} with the reason {}; no reason was reported", why.code);
            findings.push(Finding::new(what).with(shown(entry)).with(proof()));
        }
    }
    if refused == 0 {
        return not_seen(evidence, "no payment was refused or returned after it had been accepted");
    }
    judged(evidence, findings, format!("{refused} late refusals reported"))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{claiming, findings, passes, skips};
    use super::*;

    #[test]
    fn a_late_rejection_is_reported() {
        passes(&CHECK, &claiming(&[("accepted", "accepted_checks"), ("rejected", "rejected")]));
        insta::assert_snapshot!(findings(&CHECK, &claiming(&[("accepted", "accepted_checks"), ("returned", "debited")])), @"the payment was returned after all; it was reported as debited");
        skips(&CHECK, &claiming(&[("accepted", "accepted_checks")]));
    }
}
