//! C45: a payment is cancelled when the bank says so.

use bank_fixtures::canonical::payment_status_word;
use bank_fixtures::record::PaymentStatus;

use super::payments::{claimed, stated};
use super::{judged, not_seen, shown};
use crate::check::{Area, Check, Run};
use crate::client_target::{Drive, Evidence};
use crate::params::Params;
use crate::verdict::{self, Finding, Verdict};

pub(super) static CHECK: Check = Check {
    slug: "cancels-honestly",
    ids: &["C45"],
    title: "reports a payment as cancelled only if the bank cancelled it",
    source: "Berlin Group NextGenPSD2 §5.6 (payment cancellation)",
    advice: "Treat a cancellation as a request: report what became of the payment, and a refusal of the cancellation as one.",
    area: Area::ClientPayments,
    params: &[],
    run: Run::Client(judge),
};

fn judge(evidence: &Evidence, _: &Params) -> Verdict {
    let (mut findings, mut asked) = (Vec::new(), 0);
    for (index, step) in evidence.numbered().filter(|(_, step)| step.drive == Drive::Cancel) {
        let Some(call) = evidence.entries(step).filter(|entry| entry.is("payments.cancel")).last() else { continue };
        asked += 1;
        let cancelled = stated(call).is_some_and(|payment| payment.status == PaymentStatus::Cancelled);
        let claim = claimed(step);
        let claims = claim == Some(PaymentStatus::Cancelled);
        let reported = step.output.as_ref().is_none_or(|output| !output.errors.is_empty());
        let what = match (cancelled, claims) {
            (true, false) if claim.is_some() => {
                "the bank cancelled the payment, and it was reported as not cancelled".to_owned()
            }
            (false, true) => "the bank did not cancel the payment, and it was reported as cancelled".to_owned(),
            (false, false) if !reported => "the bank refused to cancel the payment, and nobody was told".to_owned(),
            _ => continue,
        };
        let word = claim.map_or("nothing", payment_status_word);
        let proof = verdict::Evidence::output(index, "output").at("/payments").measuring(word);
        findings.push(Finding::new(what).with(shown(call)).with(proof));
    }
    if asked == 0 {
        return not_seen(evidence, "the bank was not asked to cancel a payment");
    }
    judged(evidence, findings, format!("{asked} cancellations"))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{claiming, findings, passes, skips};
    use super::*;

    fn cancelling(bank: &str, claim: &str) -> Evidence {
        let mut evidence = claiming(&[(bank, claim)]);
        evidence.steps[0].drive = Drive::Cancel;
        let entry = crate::journal::Entry {
            operation: Some("payments.cancel".to_owned()),
            ..evidence.journal.entries()[0].clone()
        };
        evidence.journal = crate::journal::Journal::new(vec![entry]);
        evidence
    }

    #[test]
    fn a_claim_the_bank_did_not_make_true_fails() {
        passes(&CHECK, &cancelling("cancelled", "cancelled"));
        insta::assert_snapshot!(findings(&CHECK, &cancelling("debited", "cancelled")), @"the bank did not cancel the payment, and it was reported as cancelled");
        insta::assert_snapshot!(findings(&CHECK, &cancelling("debited", "debited")), @"the bank refused to cancel the payment, and nobody was told");
        skips(&CHECK, &claiming(&[("cancelled", "cancelled")]));
    }
}
