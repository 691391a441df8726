//! C79: nothing passes for a signature that everybody can make.

use super::super::judged;
use super::{forged, not_refused, not_sent};
use crate::check::{Area, Check, Run};
use crate::client_target::Evidence;
use crate::params::Params;
use crate::verdict::Verdict;

pub(super) static CHECK: Check = Check {
    slug: "pins-webhook-algorithm",
    ids: &["C79"],
    title: "accepts no webhook signed without a key: empty, hashed only, or with an empty secret",
    source: "RFC 8725 §3.1 and §3.2",
    advice: "Compute the one signature that is right, with the one algorithm and the secret that were agreed, and compare \
             it whole and in constant time. Never let the message choose.",
    area: Area::ClientNotifications,
    params: &[],
    run: Run::Client(judge),
};

const FORGERIES: &[&str] = &["empty-signature", "unkeyed-hash", "empty-key"];

fn judge(evidence: &Evidence, _: &Params) -> Verdict {
    let (asked, findings) = not_refused(forged(evidence, FORGERIES), |told| {
        format!("a webhook signed without a key ({})", told.forgery.as_deref().unwrap_or_default())
    });
    if asked == 0 {
        return not_sent(evidence, "signed without a key");
    }
    judged(evidence, findings, format!("{asked} webhooks signed without a key, all refused"))
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::{findings, passes, skips};
    use super::super::testing::{message, received};
    use super::*;

    #[test]
    fn what_everybody_can_sign_must_be_refused() {
        let forged = |forgery, status| received(vec![message("payment.status", status).forged(forgery)]);
        passes(&CHECK, &forged("unkeyed-hash", 401));
        insta::assert_snapshot!(findings(&CHECK, &forged("empty-signature", 200)), @"a webhook signed without a key (empty-signature) was answered 200; a status of the 400s was due");
        skips(&CHECK, &forged("stale", 200));
    }
}
