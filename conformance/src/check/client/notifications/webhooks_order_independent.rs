//! C82: what is believed in the end does not depend on the order in which messages came.

use super::super::judged;
use super::{final_states, messages, not_sent};
use crate::check::{Area, Check, Run};
use crate::client_target::Evidence;
use crate::params::Params;
use crate::verdict::Verdict;

pub(super) static CHECK: Check = Check {
    slug: "webhooks-order-independent",
    ids: &["C82"],
    title: "knows the state of a payment in the end, in whatever order and however late webhooks came",
    source: "house; Stripe \"Event ordering\"",
    advice: "Take an event as a reason to read the payment from the bank, or compare the versions of events; never let the \
             one that came last win.",
    area: Area::ClientNotifications,
    params: &[],
    run: Run::Client(judge),
};

fn judge(evidence: &Evidence, _: &Params) -> Verdict {
    let mut sent: Vec<(u64, u64, i64)> = messages(evidence)
        .filter(|(entry, told)| entry.succeeded() && told.forgery.is_none())
        .map(|(_, told)| (told.delivery, told.truth, i64::from(told.copy)))
        .collect();
    sent.sort_unstable();
    let is_ordered = sent.is_sorted_by(|earlier, later| earlier.1 <= later.1);
    let is_late = messages(evidence).any(|(_, told)| told.rule.is_some());
    let (compared, findings) = final_states(evidence);
    if compared == 0 || sent.is_empty() || (is_ordered && !is_late) {
        return not_sent(evidence, "late or out of order");
    }
    judged(evidence, findings, format!("{} webhooks, {compared} payments as the bank has them", sent.len()))
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::{findings, passes, skips};
    use super::super::testing::{believing, message, received};
    use super::*;

    #[test]
    fn the_end_counts() {
        let turned = || {
            let told = |truth, delivery| message("payment.status", 204).number(truth, delivery);
            received(vec![told(2, 1), told(1, 2)])
        };
        passes(&CHECK, &believing(turned(), &["debited"], "debited"));
        insta::assert_snapshot!(findings(&CHECK, &believing(turned(), &["in_clearing"], "debited")), @"the payment pay_1 is debited in the end, and the client says in_clearing");
        let in_order = received(vec![message("payment.status", 204).number(1, 1)]);
        skips(&CHECK, &believing(in_order, &["in_clearing"], "debited"));
    }
}
