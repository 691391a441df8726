//! C37, C39: one order is one payment, at the bank and in the client's books.

use bank_fixtures::record::PaymentStatus;

use super::payments::{made_one, orders, pay_steps, statements};
use super::{judged, not_seen, shown};
use crate::check::{Area, Check, Run};
use crate::client_target::Evidence;
use crate::journal::Entry;
use crate::params::Params;
use crate::verdict::{self, Finding, Verdict};

pub(super) static CHECK: Check = Check {
    slug: "one-payment",
    ids: &["C37", "C39"],
    title: "makes exactly one payment per order and knows what became of it, even when answers are lost",
    source: "house; RFC 9110 §9.2.2, draft-ietf-httpapi-idempotency-key-header §2",
    advice: "Resolve an unknown outcome before reporting it: the same key again, then a look-up by key. Report a failure \
             only when the bank says it never took the order.",
    area: Area::ClientPayments,
    params: &[],
    run: Run::Client(judge),
};

fn judge(evidence: &Evidence, _: &Params) -> Verdict {
    let (mut findings, mut steps) = (Vec::new(), 0);
    for (index, step) in pay_steps(evidence) {
        let orders = orders(evidence, step);
        if orders.is_empty() {
            continue;
        }
        steps += 1;
        // A client that was killed goes on with the same order in another step.
        let made: Vec<&Entry> = same_order(evidence, index).into_iter().filter(|order| made_one(order)).collect();
        if made.len() > 1 {
            let finding = Finding::new(format!("one order became {} payments at the bank", made.len()));
            findings.push(made.iter().fold(finding, |finding, order| finding.with(shown(order))));
            continue;
        }
        let Some(output) = &step.output else { continue };
        let failed = |status| matches!(status, PaymentStatus::Rejected | PaymentStatus::Cancelled);
        let claimed = output.payments.iter().position(|payment| !failed(payment.status));
        match (made.first(), claimed) {
            // The bank itself may have refused or cancelled it right away.
            (Some(_), None) if statements(evidence, step).last().is_some_and(|(_, said)| failed(said.status)) => {}
            (Some(order), None) => {
                let what = "the bank made the payment, and the client does not know it";
                let proof = verdict::Evidence::output(index, "output").at("/payments");
                findings.push(Finding::new(what).with(shown(order)).with(proof));
            }
            (None, Some(claimed)) => {
                let what = "the client reports a payment the bank never made";
                let proof = verdict::Evidence::output(index, "output").at(format!("/payments/{claimed}"));
                findings.push(orders.iter().fold(Finding::new(what).with(proof), |all, order| all.with(shown(order))));
            }
            (Some(_), Some(_)) | (None, None) => {}
        }
    }
    if steps == 0 {
        return not_seen(evidence, "no payment was ordered");
    }
    judged(evidence, findings, format!("{steps} orders"))
}

/// The requests for the order of this step, in it and in the steps before it.
fn same_order(evidence: &Evidence, index: usize) -> Vec<&Entry> {
    let own = evidence.steps[index].order.as_ref().map(|order| &order.id);
    let same = pay_steps(evidence).filter(|(place, step)| {
        *place == index || (*place < index && own.is_some() && step.order.as_ref().map(|order| &order.id) == own)
    });
    same.flat_map(|(_, step)| orders(evidence, step)).collect()
}

#[cfg(test)]
mod tests {
    use super::super::testing::{call, evidence, findings, passes, skips};
    use super::*;
    use crate::client_target::Drive;
    use crate::journal::Ending;

    fn order(at: u64, key: &str) -> Entry {
        call(at, "payments.create", "POST /plain/payments", 201).key(key, "body")
    }

    #[test]
    fn a_replayed_answer_is_no_second_payment() {
        let lost = order(0, "k1").commits().ends(Ending::Reset);
        let replayed = Entry { replayed: true, ..order(90, "k1").commits() };
        passes(&CHECK, &evidence(Drive::Pay, vec![lost, replayed]));
        skips(&CHECK, &evidence(Drive::Sync, vec![order(0, "k1")]));
    }

    #[test]
    fn two_payments_fail() {
        let journal = vec![order(0, "k1").commits().ends(Ending::Reset), order(9, "k2").commits()];
        insta::assert_snapshot!(findings(&CHECK, &evidence(Drive::Pay, journal)), @"one order became 2 payments at the bank");
    }
}
