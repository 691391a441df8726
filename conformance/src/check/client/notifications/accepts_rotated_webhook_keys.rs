//! C80: messages are understood while the bank's secret is exchanged, and the old one alone is not enough.

use super::super::{judged, shown};
use super::{answer, forged, not_refused, not_sent};
use crate::check::{Area, Check, Run};
use crate::client_target::Evidence;
use crate::params::Params;
use crate::verdict::{Finding, Verdict};

pub(super) static CHECK: Check = Check {
    slug: "accepts-rotated-webhook-keys",
    ids: &["C80"],
    title: "accepts a webhook with two signatures of which one is right, and none of a retired key",
    source: "house; the rotation rules of Stripe and Teller webhooks",
    advice: "Accept a message if any of its signatures is right for any secret in force, and refuse it if none is.",
    area: Area::ClientNotifications,
    params: &[],
    run: Run::Client(judge),
};

fn judge(evidence: &Evidence, _: &Params) -> Verdict {
    let (retired, mut findings) =
        not_refused(forged(evidence, &["retired-key"]), |_| "a webhook signed with a retired key".to_owned());
    let mut rotated = 0;
    for (entry, told) in forged(evidence, &["two-signatures"]).filter(|(entry, _)| entry.status().is_some()) {
        rotated += 1;
        if !entry.succeeded() {
            let answer = answer(entry, told);
            let what = format!("a webhook with an old and a right signature was answered {answer}; 2xx was due");
            findings.push(Finding::new(what).with(shown(entry)));
        }
    }
    if retired + rotated == 0 {
        return not_sent(evidence, "signed with two keys or an old one");
    }
    judged(evidence, findings, format!("{rotated} webhooks with two signatures, {retired} of a retired key"))
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::{findings, passes, skips};
    use super::super::testing::{message, received};
    use super::*;

    #[test]
    fn two_signatures_are_good_and_an_old_one_is_not() {
        let both = |two, old| {
            let forged = |forgery, status| message("payment.status", status).forged(forgery);
            received(vec![forged("two-signatures", two), forged("retired-key", old)])
        };
        passes(&CHECK, &both(204, 401));
        insta::assert_snapshot!(findings(&CHECK, &both(401, 204)), @r"
        a webhook signed with a retired key was answered 204; a status of the 400s was due
        a webhook with an old and a right signature was answered 401; 2xx was due
        ");
        skips(&CHECK, &received(vec![message("payment.status", 200)]));
    }
}
