//! C78: a message that was signed long ago is refused, and one that was seen has no effect.

use super::super::judged;
use super::{forged, not_refused, not_sent};
use crate::check::{Area, Check, Run};
use crate::client_target::Evidence;
use crate::params::Params;
use crate::verdict::Verdict;

pub(super) static CHECK: Check = Check {
    slug: "rejects-stale-webhooks",
    ids: &["C78"],
    title: "refuses webhooks that were signed more than five minutes ago",
    source: "house; the replay rules of Stripe (5 min), Plaid (5 min) and Teller (3 min) webhooks",
    advice: "Compare the time inside the signature with the clock, and answer 401 when they are more than five minutes \
             apart: a recorded message must not work for ever.",
    area: Area::ClientNotifications,
    params: &[],
    run: Run::Client(judge),
};

fn judge(evidence: &Evidence, _: &Params) -> Verdict {
    let (asked, findings) =
        not_refused(forged(evidence, &["stale"]), |_| "a webhook signed ten minutes ago".to_owned());
    if asked == 0 {
        return not_sent(evidence, "stale");
    }
    judged(evidence, findings, format!("{asked} stale webhooks, all refused"))
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::{findings, passes, skips};
    use super::super::testing::{message, received};
    use super::*;

    #[test]
    fn old_messages_must_be_refused() {
        let stale = |status| received(vec![message("payment.status", status).forged("stale")]);
        passes(&CHECK, &stale(400));
        insta::assert_snapshot!(findings(&CHECK, &stale(200)), @"a webhook signed ten minutes ago was answered 200; a status of the 400s was due");
        skips(&CHECK, &received(vec![message("payment.status", 200)]));
    }
}
