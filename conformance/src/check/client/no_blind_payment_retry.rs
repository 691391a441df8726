//! C36: an order whose outcome is unknown is looked up before it is sent as a new one.

use super::payments::{key, orders, outcome_unknown, pay_steps};
use super::{judged, not_seen, shown};
use crate::check::{Area, Check, Run};
use crate::client_target::Evidence;
use crate::journal::Entry;
use crate::params::Params;
use crate::verdict::{Finding, Verdict};

pub(super) static CHECK: Check = Check {
    slug: "no-blind-payment-retry",
    ids: &["C36"],
    title: "never sends an order as a new one while the outcome of the first is unknown",
    source: "RFC 9110 §9.2.2",
    advice: "After a lost answer or a 5xx, send the same key again or ask the bank for the order. Only when the bank says \
             it never took it may it be sent under a new key.",
    area: Area::ClientPayments,
    params: &[],
    run: Run::Client(judge),
};

fn judge(evidence: &Evidence, _: &Params) -> Verdict {
    let (mut findings, mut unknown) = (Vec::new(), 0);
    for (_, step) in pay_steps(evidence) {
        let orders = orders(evidence, step);
        unknown += orders.iter().filter(|order| outcome_unknown(order)).count();
        for (earlier, later) in orders.windows(2).map(|pair| (pair[0], pair[1])) {
            let same = later.idempotency_key.is_some() && later.idempotency_key == earlier.idempotency_key;
            let looked_up = || {
                evidence.entries(step).any(|entry| entry.seq > earlier.seq && entry.seq < later.seq && is_lookup(entry))
            };
            if outcome_unknown(earlier) && !same && !looked_up() {
                let what = format!(
                    "the order sent with {} ended unknown ({}); it was sent again with {} without asking the bank first",
                    key(earlier),
                    earlier.summary(),
                    key(later)
                );
                findings.push(Finding::new(what).with(shown(earlier)).with(shown(later)));
            }
        }
    }
    if unknown == 0 {
        return not_seen(evidence, "no order ended with an unknown outcome");
    }
    judged(evidence, findings, format!("{unknown} requests with an unknown outcome, none followed by a blind one"))
}

fn is_lookup(entry: &Entry) -> bool {
    entry.method == "GET" && entry.is("payments.*") && entry.succeeded()
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
    fn the_same_key_and_a_lookup_are_not_blind() {
        let lost = |at| order(at, "k1").ends(Ending::Reset);
        let lookup = call(50, "payments.list", "GET /plain/payments?idempotency_key=k1", 200);
        passes(&CHECK, &evidence(Drive::Pay, vec![lost(0), lost(9), lookup, order(90, "k2")]));
        skips(&CHECK, &evidence(Drive::Pay, vec![order(0, "k1")]));
    }

    #[test]
    fn a_new_key_or_none_without_a_lookup_is_blind() {
        let lost = order(0, "k1").ends(Ending::Reset);
        let unavailable = call(9, "payments.create", "POST /plain/payments", 503);
        let journal = vec![lost, order(5, "k2"), unavailable, call(20, "payments.create", "POST /plain/payments", 201)];
        insta::assert_snapshot!(findings(&CHECK, &evidence(Drive::Pay, journal)), @r"
        the order sent with k1 ended unknown (POST /plain/payments → connection reset); it was sent again with k2 without asking the bank first
        the order sent with no key ended unknown (POST /plain/payments → 503); it was sent again with no key without asking the bank first
        ");
    }
}
