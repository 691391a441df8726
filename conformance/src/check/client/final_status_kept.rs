//! C42: what is final stays, whatever comes late.

use bank_fixtures::canonical::payment_status_word;

use super::payments::{claimed, is_final, statements};
use super::{judged, not_seen, shown};
use crate::check::{Area, Check, Run};
use crate::client_target::Evidence;
use crate::params::Params;
use crate::verdict::{self, Finding, Verdict};

pub(super) static CHECK: Check = Check {
    slug: "final-status-kept",
    ids: &["C42"],
    title: "keeps the final status of a payment when an older one arrives after it",
    source: "house; Berlin Group NextGenPSD2 §14.13 (transaction status)",
    advice: "Order statuses by their place in the life of a payment and never let one go back; only a return may follow a settlement.",
    area: Area::ClientPayments,
    params: &[],
    run: Run::Client(judge),
};

fn judge(evidence: &Evidence, _: &Params) -> Verdict {
    let (mut findings, mut regressions) = (Vec::new(), 0);
    let mut before: Option<bank_fixtures::record::PaymentStatus> = None;
    for (index, step) in evidence.numbered() {
        let Some(claim) = claimed(step) else { continue };
        let said = statements(evidence, step);
        let went_back = said
            .last()
            .filter(|(_, last)| !is_final(last.status))
            .filter(|_| said.iter().any(|(_, one)| is_final(one.status)));
        if let (Some((entry, _)), Some(earlier)) = (went_back, before.filter(|earlier| is_final(*earlier))) {
            regressions += 1;
            if claim != earlier {
                let (was, now) = (payment_status_word(earlier), payment_status_word(claim));
                let proof = verdict::Evidence::output(index, "output").at("/payments/0/status").measuring(now);
                findings.push(
                    Finding::new(format!("the payment was {was} and became {now} again"))
                        .with(shown(entry))
                        .with(proof),
                );
            }
        }
        before = Some(claim);
    }
    if regressions == 0 {
        return not_seen(evidence, "no status went back after a final one had been reported");
    }
    judged(evidence, findings, format!("{regressions} statuses that went back"))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{claiming, findings, passes, skips};
    use super::*;

    #[test]
    fn a_settled_payment_stays_settled() {
        passes(&CHECK, &claiming(&[("debited", "debited"), ("in_clearing", "debited")]));
        insta::assert_snapshot!(findings(&CHECK, &claiming(&[("debited", "debited"), ("in_clearing", "in_clearing")])), @"the payment was debited and became in_clearing again");
        skips(&CHECK, &claiming(&[("accepted", "accepted_checks"), ("debited", "debited")]));
    }
}
