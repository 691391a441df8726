//! C38: a payment that was begun before a crash is the same payment after it.

use super::payments::{key, orders, pay_steps};
use super::{judged, not_seen, shown};
use crate::check::{Area, Check, Run};
use crate::client_target::{End, Evidence};
use crate::journal::Entry;
use crate::params::Params;
use crate::verdict::{Finding, Verdict};

pub(super) static CHECK: Check = Check {
    slug: "key-outlives-process",
    ids: &["C38"],
    title: "goes on with the key it had when it is killed after an order left and started again",
    source: "house; AWS Builders' Library \"Making retries safe with idempotent APIs\"",
    advice: "Write the key of an order down before its first request leaves, and begin again with what is written: the same key, or a \
             look-up of the order.",
    area: Area::ClientPayments,
    params: &[],
    run: Run::Client(judge),
};

fn judge(evidence: &Evidence, _: &Params) -> Verdict {
    let (mut findings, mut restarts) = (Vec::new(), 0);
    for (index, killed) in pay_steps(evidence).filter(|(_, step)| step.end == End::Killed) {
        let own = killed.order.as_ref().map(|order| &order.id);
        let Some(last) = orders(evidence, killed).last().copied() else { continue };
        let again = pay_steps(evidence)
            .find(|(place, step)| *place > index && own.is_some() && step.order.as_ref().map(|order| &order.id) == own);
        let Some((_, again)) = again else { continue };
        restarts += 1;
        // A request that was under way when the client was killed may end after it.
        let same = |order: &&Entry| order.idempotency_key.is_some() && order.idempotency_key == last.idempotency_key;
        let Some(first) = orders(evidence, again).into_iter().find(|order| !same(order)) else { continue };
        let looked_up = evidence.entries(again).any(|entry| entry.seq < first.seq && is_lookup(entry));
        if !looked_up {
            let what = format!(
                "was killed after the order had left with {}, and sent it again with {} without asking the bank first",
                key(last),
                key(first)
            );
            findings.push(Finding::new(what).with(shown(last)).with(shown(first)));
        }
    }
    if restarts == 0 {
        return not_seen(evidence, "the client was not killed after an order had left");
    }
    judged(evidence, findings, format!("{restarts} restarts"))
}

fn is_lookup(entry: &Entry) -> bool {
    entry.method == "GET" && entry.is("payments.*") && entry.succeeded()
}

#[cfg(test)]
mod tests {
    use super::super::testing::{call, evidence, findings, order, passes, skips, step};
    use super::*;
    use crate::client_target::{Drive, Step};
    use crate::journal::Ending;

    fn restarted(later: Vec<Entry>) -> Evidence {
        let lost = call(0, "payments.create", "POST /payments", 201).key("k1", "b").ends(Ending::Reset);
        let mut evidence = evidence(Drive::Pay, [vec![lost], later].concat());
        let last = evidence.journal.last_seq();
        let of = |end, journal| Step { order: Some(order("o-1")), end, ..step(Drive::Pay, journal) };
        evidence.steps = vec![of(End::Killed, (0, 1)), of(End::Exited(0), (1, last))];
        evidence
    }

    #[test]
    fn the_same_key_or_a_lookup_passes() {
        let sent = |at, key: &str| call(at, "payments.create", "POST /payments", 201).key(key, "b");
        let lookup = call(500, "payments.list", "GET /payments?idempotency_key=k1", 200);
        passes(&CHECK, &restarted(vec![sent(900, "k1")]));
        passes(&CHECK, &restarted(vec![lookup, sent(900, "k2")]));
        passes(&CHECK, &restarted(Vec::new()));
        insta::assert_snapshot!(findings(&CHECK, &restarted(vec![sent(900, "k2")])), @"was killed after the order had left with k1, and sent it again with k2 without asking the bank first");
        skips(&CHECK, &evidence(Drive::Pay, vec![sent(0, "k1")]));
    }
}
