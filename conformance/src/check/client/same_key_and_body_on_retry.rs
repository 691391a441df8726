//! C31: a payment request that is sent again is the same request.

use super::payments::{key, orders, pay_steps};
use super::{judged, not_seen, shown};
use crate::check::{Area, Check, Run};
use crate::client_target::Evidence;
use crate::params::Params;
use crate::verdict::{Finding, Verdict};

pub(super) static CHECK: Check = Check {
    slug: "same-key-and-body-on-retry",
    ids: &["C31"],
    title: "repeats a payment request with the same idempotency key and the same bytes",
    source: "draft-ietf-httpapi-idempotency-key-header §2",
    advice: "Make the idempotency key once per order, store it before the first request, and send exactly the same \
             bytes under it every time.",
    area: Area::ClientPayments,
    params: &[],
    run: Run::Client(judge),
};

fn judge(evidence: &Evidence, _: &Params) -> Verdict {
    let (mut findings, mut repeated) = (Vec::new(), 0);
    for (_, step) in pay_steps(evidence) {
        let orders = orders(evidence, step);
        let Some((first, rest)) = orders.split_first() else { continue };
        for again in rest {
            repeated += 1;
            let difference = if again.idempotency_key.is_none() {
                Some("without an idempotency key".to_owned())
            } else if again.idempotency_key != first.idempotency_key {
                Some(format!("with the key {} instead of {}", key(again), key(first)))
            } else if again.request.body_sha256 != first.request.body_sha256 {
                Some("with another body under the same key".to_owned())
            } else if again.target != first.target {
                Some(format!("to {} instead of {}", again.target, first.target))
            } else {
                None
            };
            if let Some(difference) = difference {
                let finding = Finding::new(format!("the order was sent again {difference}"));
                findings.push(finding.with(shown(first)).with(shown(again)));
            }
        }
    }
    if repeated == 0 {
        return not_seen(evidence, "no payment request was sent again");
    }
    judged(evidence, findings, format!("{repeated} repetitions, all the same request"))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{call, evidence, findings, passes, skips};
    use super::*;
    use crate::client_target::Drive;
    use crate::journal::{Ending, Entry};

    fn order(at: u64, key: &str, body: &str) -> Entry {
        call(at, "payments.create", "POST /plain/payments", 201).key(key, body)
    }

    #[test]
    fn the_same_request_passes_and_any_other_fails() {
        let lost = || order(0, "k1", "b1").ends(Ending::Reset);
        passes(&CHECK, &evidence(Drive::Pay, vec![lost(), order(90, "k1", "b1")]));
        let wrong = vec![lost(), order(90, "k2", "b1"), order(99, "k1", "b2")];
        insta::assert_snapshot!(findings(&CHECK, &evidence(Drive::Pay, wrong)), @r"
        the order was sent again with the key k2 instead of k1
        the order was sent again with another body under the same key
        ");
        skips(&CHECK, &evidence(Drive::Pay, vec![order(0, "k1", "b1")]));
    }
}
