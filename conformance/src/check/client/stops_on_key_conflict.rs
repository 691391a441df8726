//! C35: a key that was used for something else is a mistake to look into, not to work around.

use super::payments::{orders, pay_steps};
use super::{judged, not_seen, shown};
use crate::check::{Area, Check, Run};
use crate::client_target::Evidence;
use crate::journal::Entry;
use crate::params::Params;
use crate::verdict::{self, Finding, Verdict};

pub(super) static CHECK: Check = Check {
    slug: "stops-on-key-conflict",
    ids: &["C35"],
    title: "stops and reports when the bank says that the key was used for another order",
    source: "draft-ietf-httpapi-idempotency-key-header §2.7 (422)",
    advice: "A key conflict means that your own records are wrong. Send nothing further for this order, report it, and let somebody look.",
    area: Area::ClientPayments,
    params: &[],
    run: Run::Client(judge),
};

fn judge(evidence: &Evidence, _: &Params) -> Verdict {
    let (mut findings, mut seen) = (Vec::new(), 0);
    for (index, step) in pay_steps(evidence) {
        let orders = orders(evidence, step);
        let conflict = |order: &Entry| order.error_class.as_deref() == Some("idempotency_conflict");
        let Some(place) = orders.iter().position(|order| conflict(order)) else { continue };
        seen += 1;
        if let Some(again) = orders.get(place + 1) {
            let what = "the bank said that the key belongs to another order, and the order was sent again";
            findings.push(Finding::new(what).with(shown(orders[place])).with(shown(again)));
        }
        if step.output.as_ref().is_some_and(|output| output.errors.is_empty()) {
            let proof = verdict::Evidence::output(index, "output").at("/errors").measuring("[]");
            findings.push(Finding::new("a key conflict was not reported").with(shown(orders[place])).with(proof));
        }
    }
    if seen == 0 {
        return not_seen(evidence, "no key was said to belong to another order");
    }
    judged(evidence, findings, format!("{seen} conflicts, nothing sent after"))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{call, evidence, findings, passes, skips};
    use super::*;
    use crate::client_target::Drive;

    #[test]
    fn another_attempt_fails() {
        let sent = |at, status| call(at, "payments.create", "POST /payments", status).key("k1", "b");
        let conflict = || Entry { error_class: Some("idempotency_conflict".to_owned()), ..sent(0, 422) };
        passes(&CHECK, &evidence(Drive::Pay, vec![conflict()]));
        insta::assert_snapshot!(findings(&CHECK, &evidence(Drive::Pay, vec![conflict(), sent(9, 201)])), @"the bank said that the key belongs to another order, and the order was sent again");
        skips(&CHECK, &evidence(Drive::Pay, vec![sent(0, 201)]));
    }
}
