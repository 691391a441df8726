//! C81: an event that comes more than once has one effect.

use std::collections::BTreeMap;

use super::super::{judged, shown};
use super::{last_payments, messages, not_sent, records};
use crate::check::{Area, Check, Run};
use crate::client_target::Evidence;
use crate::journal::Entry;
use crate::params::Params;
use crate::verdict::{self, Finding, Verdict};

pub(super) static CHECK: Check = Check {
    slug: "webhooks-idempotent",
    ids: &["C81"],
    title: "makes one thing of an event, however often it comes",
    source: "house; Stripe \"Handle duplicate events\"; RFC 9110 §9.2.2",
    advice: "Remember the ids of events and acknowledge a repetition without acting on it; or let an event only be a \
             reason to read the payment again, which can be done any number of times.",
    area: Area::ClientNotifications,
    params: &[],
    run: Run::Client(judge),
};

fn judge(evidence: &Evidence, _: &Params) -> Verdict {
    let mut events: BTreeMap<&str, Vec<&Entry>> = BTreeMap::new();
    let mut entities: BTreeMap<&str, &str> = BTreeMap::new();
    for (entry, told) in messages(evidence).filter(|(entry, told)| entry.succeeded() && !told.bad_signature) {
        events.entry(&told.event_id).or_default().push(entry);
        entities.insert(&told.event_id, &told.entity);
    }
    events.retain(|_, copies| copies.len() > 1);
    let Some((step, output)) = last_payments(evidence).filter(|_| !events.is_empty()) else {
        return not_sent(evidence, "repeated and acknowledged");
    };
    let mut repeated: BTreeMap<&str, Vec<&Entry>> = BTreeMap::new();
    for (event, copies) in &events {
        repeated.entry(entities[event]).or_default().extend(copies);
    }
    let mut findings = Vec::new();
    for (payment, copies) in &repeated {
        let places: Vec<usize> = records(output, payment).map(|(index, _)| index).collect();
        if let [_, second, ..] = places.as_slice() {
            let what = format!("the payment {payment} is there {} times after repeated webhooks", places.len());
            let proof = verdict::Evidence::output(step, "output").at(format!("/payments/{second}"));
            let finding = Finding::new(what).with(proof);
            findings.push(copies.iter().take(3).fold(finding, |finding, entry| finding.with(shown(entry))));
        }
    }
    judged(evidence, findings, format!("{} events that came more than once", events.len()))
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::{findings, passes, skips};
    use super::super::testing::{believing, message, received};
    use super::*;

    #[test]
    fn a_repetition_is_no_second_payment() {
        let thrice = || received(vec![message("payment.status", 204), message("payment.status", 204)]);
        passes(&CHECK, &believing(thrice(), &["debited"], "debited"));
        insta::assert_snapshot!(findings(&CHECK, &believing(thrice(), &["debited", "debited"], "debited")), @"the payment pay_1 is there 2 times after repeated webhooks");
        let once = received(vec![message("payment.status", 204)]);
        skips(&CHECK, &believing(once, &["debited", "debited"], "debited"));
    }
}
