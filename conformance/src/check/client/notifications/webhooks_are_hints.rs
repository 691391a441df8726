//! C83: what a message says of money is asked of the bank before it is believed.

use bank_fixtures::canonical::payment_status_word;

use super::super::{judged, shown};
use super::{forged, not_sent, records, told_status};
use crate::check::{Area, Check, Run};
use crate::client_target::Evidence;
use crate::journal::Entry;
use crate::params::Params;
use crate::verdict::{self, Finding, Verdict};

pub(super) static CHECK: Check = Check {
    slug: "webhooks-are-hints",
    ids: &["C83"],
    title: "asks the bank for a payment before it believes what a webhook says of it",
    source: "house; Open Finance Brasil and Berlin Group push notifications (a notification is no status)",
    advice: "Let a webhook name what to read again, and take the state of money from the bank's answer only.",
    area: Area::ClientNotifications,
    params: &[],
    run: Run::Client(judge),
};

fn judge(evidence: &Evidence, _: &Params) -> Verdict {
    let hints: Vec<_> =
        forged(evidence, &["lying-status", "without-status"]).filter(|(entry, _)| entry.succeeded()).collect();
    let (mut findings, mut compared) = (Vec::new(), 0);
    let mut payments: Vec<&str> = hints.iter().map(|(_, told)| told.entity.as_str()).collect();
    payments.sort_unstable();
    payments.dedup();
    for payment in payments {
        let truth = evidence.truth.iter().flat_map(|truth| records(truth, payment)).next();
        let mut before = None;
        for (step, record) in evidence.numbered() {
            let Some((index, own)) = record.output.iter().flat_map(|output| records(output, payment)).next() else {
                continue;
            };
            compared += 1;
            let proof = verdict::Evidence::output(step, "output").at(format!("/payments/{index}/status"));
            let word = payment_status_word(own.status);
            let lie = hints.iter().find(|(entry, told)| {
                told.entity == payment && told_status(entry).is_some_and(|status| status == word)
            });
            if let (Some((entry, _)), Some((_, truth))) = (lie, truth)
                && truth.status != own.status
            {
                let what = format!(
                    "the client says the payment {payment} is {word}, as a webhook said; the bank says {}",
                    payment_status_word(truth.status)
                );
                findings.push(Finding::new(what).with(proof).with(shown(entry)));
            } else if before.is_some_and(|status| status != own.status)
                && !evidence.journal.entries().iter().any(|entry| reads_payments(entry, record.journal.1))
            {
                let what = format!("the client says the payment {payment} is {word} now, and has not asked the bank");
                findings.push(Finding::new(what).with(proof));
            }
            before = Some(own.status);
        }
    }
    if compared == 0 {
        return not_sent(evidence, "a mere hint about a payment the client hands over");
    }
    judged(evidence, findings, format!("{} webhooks that say too much or too little", hints.len()))
}

/// A read of payments that succeeded, up to this number. Messages come while the step that orders is still going on, and
/// so may the reads that follow on them: nothing but a lost answer makes a client read before.
fn reads_payments(entry: &Entry, until: u64) -> bool {
    entry.seq <= until && entry.method == "GET" && entry.is("payments.*") && entry.succeeded()
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::{call, findings, passes, skips, step};
    use super::super::testing::{believing, message, received};
    use super::*;
    use crate::client_target::Drive;
    use crate::journal::Journal;

    fn lied_to(believed: [&str; 2], reads: bool) -> Evidence {
        let lie = message("payment.status", 204).forged("lying-status").says("rejected");
        let second = believing(received(Vec::new()), &[believed[1]], "debited").steps[0].output.clone();
        let mut evidence = believing(received(vec![lie]), &[believed[0]], "debited");
        evidence.steps.push(crate::client_target::Step { output: second, ..step(Drive::Status, (1, 9)) });
        if reads {
            let read = call(9, "payments.list", "GET /plain/payments?idempotency_key=k", 200);
            evidence.journal = Journal::new(vec![Entry { seq: 3, ..read }]);
        }
        evidence
    }

    #[test]
    fn money_is_what_the_bank_says() {
        passes(&CHECK, &lied_to(["accepted_checks", "debited"], true));
        passes(&CHECK, &lied_to(["accepted_checks", "accepted_checks"], false));
        insta::assert_snapshot!(findings(&CHECK, &lied_to(["accepted_checks", "rejected"], true)), @"the client says the payment pay_1 is rejected, as a webhook said; the bank says debited");
        insta::assert_snapshot!(findings(&CHECK, &lied_to(["accepted_checks", "debited"], false)), @"the client says the payment pay_1 is debited now, and has not asked the bank");
        skips(&CHECK, &received(vec![message("payment.status", 204)]));
    }
}
