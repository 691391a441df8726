//! C32, C33: another payment, and a changed one, has another key.

use super::payments::{key, orders, pay_steps};
use super::{judged, not_seen, shown};
use crate::check::{Area, Check, Run};
use crate::client_target::Evidence;
use crate::journal::Entry;
use crate::params::Params;
use crate::verdict::{Finding, Verdict};

pub(super) static CHECK: Check = Check {
    slug: "new-key-for-new-payment",
    ids: &["C32", "C33"],
    title: "makes a new key for every order, equal or changed",
    source: "draft-ietf-httpapi-idempotency-key-header §2.2; Open Finance Brasil ERRO_IDEMPOTENCIA",
    advice: "Bind the key to your own order, not to its content: two equal orders are two payments, and a changed order is a new one.",
    area: Area::ClientPayments,
    params: &[],
    run: Run::Client(judge),
};

fn judge(evidence: &Evidence, _: &Params) -> Verdict {
    let (mut findings, mut seen): (Vec<Finding>, Vec<(Option<&str>, &Entry)>) = (Vec::new(), Vec::new());
    for (_, step) in pay_steps(evidence) {
        let own = step.order.as_ref().map(|order| order.id.as_str());
        for order in orders(evidence, step) {
            let same = |(_, earlier): &&(Option<&str>, &Entry)| {
                order.idempotency_key.is_some() && earlier.idempotency_key == order.idempotency_key
            };
            for (id, earlier) in seen.iter().filter(same) {
                let what = if *id != own {
                    format!("another order was sent under the key {}", key(order))
                } else if earlier.request.body_sha256 != order.request.body_sha256 {
                    format!("other content was sent under the key {}", key(order))
                } else {
                    continue;
                };
                findings.push(Finding::new(what).with(shown(earlier)).with(shown(order)));
            }
            seen.push((own, order));
        }
    }
    let mut ids: Vec<Option<&str>> = seen.iter().map(|(id, _)| *id).collect();
    ids.dedup();
    if ids.len() < 2 && findings.is_empty() {
        return not_seen(evidence, "only one payment was ordered");
    }
    judged(evidence, findings, format!("{} orders, each with its own key", ids.len()))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{call, evidence, findings, order, passes, skips, step};
    use super::*;
    use crate::client_target::Drive;

    fn two(first: (&str, &str), second: (&str, &str)) -> Evidence {
        let sent = |at, (key, body)| call(at, "payments.create", "POST /payments", 201).key(key, body);
        let mut evidence = evidence(Drive::Pay, vec![sent(0, first), sent(9, second)]);
        let step_of = |id, journal| crate::client_target::Step { order: Some(order(id)), ..step(Drive::Pay, journal) };
        evidence.steps = vec![step_of("1", (0, 1)), step_of("2", (1, 2))];
        evidence
    }

    #[test]
    fn two_orders_have_two_keys() {
        passes(&CHECK, &two(("k1", "a"), ("k2", "a")));
        insta::assert_snapshot!(findings(&CHECK, &two(("k1", "a"), ("k1", "a"))), @"another order was sent under the key k1");
        let mut changed = two(("k1", "a"), ("k1", "b"));
        changed.steps = vec![step(Drive::Pay, (0, 2))];
        insta::assert_snapshot!(findings(&CHECK, &changed), @"other content was sent under the key k1");
        changed.steps = vec![step(Drive::Pay, (0, 1))];
        skips(&CHECK, &changed);
    }
}
