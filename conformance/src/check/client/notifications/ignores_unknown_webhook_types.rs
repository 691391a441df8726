//! C86: a kind of message nobody was told of is acknowledged and left aside.

use super::super::{judged, shown};
use super::{KINDS, answer, genuine, not_sent};
use crate::check::{Area, Check, Run};
use crate::client_target::Evidence;
use crate::params::Params;
use crate::verdict::{Finding, Verdict};

pub(super) static CHECK: Check = Check {
    slug: "ignores-unknown-webhook-types",
    ids: &["C86"],
    title: "acknowledges webhooks of a type it does not know",
    source: "house; Stripe and Plaid add types without notice",
    advice: "Acknowledge what you do not know, log its type and leave it aside; an error makes the bank send it again, and in \
             the end switch the endpoint off.",
    area: Area::ClientNotifications,
    params: &[],
    run: Run::Client(judge),
};

fn judge(evidence: &Evidence, _: &Params) -> Verdict {
    let (mut findings, mut sent) = (Vec::new(), 0);
    let unknown =
        genuine(evidence).filter(|(entry, told)| !KINDS.contains(&told.kind.as_str()) && entry.status().is_some());
    for (entry, told) in unknown {
        sent += 1;
        if !entry.succeeded() {
            let what =
                format!("a webhook of the new type `{}` was answered {}; 2xx was due", told.kind, answer(entry, told));
            findings.push(Finding::new(what).with(shown(entry)));
        }
    }
    if sent == 0 {
        return not_sent(evidence, "of an unknown type");
    }
    judged(evidence, findings, format!("{sent} webhooks of unknown types, all acknowledged"))
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::{findings, passes, skips};
    use super::super::testing::{message, received};
    use super::*;

    #[test]
    fn new_types_are_no_errors() {
        passes(&CHECK, &received(vec![message("weather.changed", 202)]));
        insta::assert_snapshot!(findings(&CHECK, &received(vec![message("weather.changed", 400)])), @"a webhook of the new type `weather.changed` was answered 400; 2xx was due");
        skips(&CHECK, &received(vec![message("payment.status", 400)]));
    }
}
