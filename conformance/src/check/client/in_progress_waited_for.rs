//! C34: an order the bank still works on is waited for.

use std::time::Duration;

use super::payments::{key, orders, pay_steps};
use super::{judged, not_seen, shown};
use crate::check::{Area, Check, Run};
use crate::client_target::Evidence;
use crate::params::{Param, ParamValue, Params};
use crate::verdict::{Finding, Verdict};

pub(super) static CHECK: Check = Check {
    slug: "in-progress-waited-for",
    ids: &["C34"],
    title: "waits and sends the same key again while the first request is still being processed",
    source: "draft-ietf-httpapi-idempotency-key-header §2.7 (409)",
    advice: "On 409 for a request in progress back off, then repeat the same request under the same key, or look the order up.",
    area: Area::ClientPayments,
    params: &[Param {
        name: "least",
        default: ParamValue::Duration(Duration::from_millis(20)),
        about: "least wait before the order is sent again",
    }],
    run: Run::Client(judge),
};

fn judge(evidence: &Evidence, params: &Params) -> Verdict {
    let least = params.duration("least");
    let (mut findings, mut seen) = (Vec::new(), 0);
    for (_, step) in pay_steps(evidence) {
        let orders = orders(evidence, step);
        for (place, order) in orders.iter().enumerate() {
            if order.error_class.as_deref() != Some("in_progress") {
                continue;
            }
            seen += 1;
            let looked_up =
                || evidence.entries(step).any(|one| one.seq > order.seq && one.method == "GET" && one.is("payments.*"));
            let what = match orders.get(place + 1) {
                Some(again) if again.idempotency_key != order.idempotency_key => {
                    format!("was told that the order is in progress and sent it under another key, {}", key(again))
                }
                Some(again) if again.gap_after(order) < least => {
                    format!("sent the order again after {:.3} s", again.gap_after(order).as_secs_f64())
                }
                None if place == 0 && !looked_up() => "gave up an order that is in progress".to_owned(),
                _ => continue,
            };
            findings.push(Finding::new(what).with(shown(order)));
        }
    }
    if seen == 0 {
        return not_seen(evidence, "no order was said to be in progress");
    }
    judged(evidence, findings, format!("{seen} times in progress"))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{call, evidence, findings, passes, skips};
    use super::*;
    use crate::client_target::Drive;
    use crate::journal::Entry;

    #[test]
    fn the_same_key_after_a_wait_passes() {
        let sent = |at, status, key: &str| call(at, "payments.create", "POST /payments", status).key(key, "b");
        let busy = || Entry { error_class: Some("in_progress".to_owned()), ..sent(0, 409, "k1") };
        passes(&CHECK, &evidence(Drive::Pay, vec![busy(), sent(90, 201, "k1")]));
        insta::assert_snapshot!(findings(&CHECK, &evidence(Drive::Pay, vec![busy(), sent(90, 201, "k2")])), @"was told that the order is in progress and sent it under another key, k2");
        insta::assert_snapshot!(findings(&CHECK, &evidence(Drive::Pay, vec![busy(), sent(1, 201, "k1")])), @"sent the order again after 0.001 s");
        insta::assert_snapshot!(findings(&CHECK, &evidence(Drive::Pay, vec![busy()])), @"gave up an order that is in progress");
        skips(&CHECK, &evidence(Drive::Pay, vec![sent(0, 201, "k1")]));
    }
}
