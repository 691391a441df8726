//! C85: a message that never comes costs time, not truth.

use super::super::judged;
use super::{final_states, messages, not_sent};
use crate::check::{Area, Check, Run};
use crate::client_target::Evidence;
use crate::params::Params;
use crate::verdict::Verdict;

pub(super) static CHECK: Check = Check {
    slug: "recovers-from-lost-webhooks",
    ids: &["C85"],
    title: "knows the state of a payment although no webhook told of it",
    source: "house; Berlin Group push service (a message is never repeated)",
    advice: "Ask the bank for payments that are not final, from time to time and when somebody wants to know: a webhook is \
             allowed to be lost.",
    area: Area::ClientNotifications,
    params: &[],
    run: Run::Client(judge),
};

fn judge(evidence: &Evidence, _: &Params) -> Verdict {
    let lost: Vec<&str> = messages(evidence)
        .filter(|(_, told)| told.outcome == "dropped" && told.kind.starts_with("payment."))
        .map(|(_, told)| told.entity.as_str())
        .collect();
    let (compared, findings) = final_states(evidence);
    if lost.is_empty() || compared == 0 {
        return not_sent(evidence, "lost");
    }
    judged(evidence, findings, format!("{} webhooks lost, {compared} payments as the bank has them", lost.len()))
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::{findings, passes, skips};
    use super::super::testing::{believing, message, received};
    use super::*;

    #[test]
    fn silence_is_no_news() {
        let lost = || received(vec![message("payment.status", 204).unanswered("dropped")]);
        passes(&CHECK, &believing(lost(), &["debited"], "debited"));
        insta::assert_snapshot!(findings(&CHECK, &believing(lost(), &["accepted_checks"], "debited")), @"the payment pay_1 is debited in the end, and the client says accepted_checks");
        skips(&CHECK, &believing(received(vec![message("payment.status", 204)]), &["debited"], "debited"));
    }
}
