//! C41: a payment is settled when the bank says so, and not when it was taken.

use bank_fixtures::canonical::payment_status_word;

use super::payments::{claimed, settled, statements};
use super::{judged, not_seen, shown};
use crate::check::{Area, Check, Run};
use crate::client_target::Evidence;
use crate::params::Params;
use crate::verdict::{self, Finding, Verdict};

pub(super) static CHECK: Check = Check {
    slug: "settled-when-settled",
    ids: &["C41", "C65"],
    title: "reports a payment as settled only after the bank has said that it was debited or credited",
    source: "Berlin Group NextGenPSD2 §14.13 (transaction status); ISO 20022 ExternalPaymentTransactionStatus1Code",
    advice: "Keep accepted, in clearing and settled apart, and treat a status you do not know as under way.",
    area: Area::ClientPayments,
    params: &[],
    run: Run::Client(judge),
};

fn judge(evidence: &Evidence, _: &Params) -> Verdict {
    let (mut findings, mut claims) = (Vec::new(), 0);
    for (index, step) in evidence.numbered() {
        let Some(claim) = claimed(step) else { continue };
        let said = statements(evidence, step);
        let Some((last, _)) = said.last() else { continue };
        claims += 1;
        if settled(claim) && !said.iter().any(|(_, payment)| settled(payment.status)) {
            let what = format!("the payment was reported as {}; the bank never said so", payment_status_word(claim));
            let proof = verdict::Evidence::output(index, "output")
                .at("/payments/0/status")
                .measuring(payment_status_word(claim));
            findings.push(Finding::new(what).with(shown(last)).with(proof));
        }
    }
    if claims == 0 {
        return not_seen(evidence, "no payment was reported");
    }
    judged(evidence, findings, format!("{claims} reports of payments"))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{claiming, findings, passes, skips, understood};
    use super::*;

    #[test]
    fn an_accepted_payment_is_not_settled() {
        passes(&CHECK, &claiming(&[("accepted", "accepted_checks"), ("debited", "debited")]));
        insta::assert_snapshot!(findings(&CHECK, &claiming(&[("in_clearing", "debited")])), @"the payment was reported as debited; the bank never said so");
        insta::assert_snapshot!(findings(&CHECK, &claiming(&[("in_limbo", "credited")])), @"the payment was reported as credited; the bank never said so");
        skips(&CHECK, &understood(&[], &[]));
    }
}
