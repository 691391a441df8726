//! C77: a message that is not what the bank signed is refused.

use super::super::judged;
use super::{forged, messages, not_refused, not_sent};
use crate::check::{Area, Check, Run};
use crate::client_target::Evidence;
use crate::params::Params;
use crate::verdict::Verdict;

pub(super) static CHECK: Check = Check {
    slug: "rejects-forged-webhooks",
    ids: &["C77"],
    title: "refuses webhooks whose signature is missing, not the bank's, or of another body",
    source: "house; RFC 2104, RFC 9421 §3.2; the signature rules of Stripe, Plaid and Teller webhooks",
    advice: "Verify the signature over the bytes as they came, before anything is read from them, and answer 401 without \
             it. A body that is parsed and written again is another body.",
    area: Area::ClientNotifications,
    params: &[],
    run: Run::Client(judge),
};

const FORGERIES: &[&str] = &["tampered-body", "reordered-body", "other-body", "unsigned"];

fn judge(evidence: &Evidence, _: &Params) -> Verdict {
    let badly_signed = messages(evidence).filter(|(_, told)| told.bad_signature);
    let all = forged(evidence, FORGERIES).chain(badly_signed);
    let (asked, findings) = not_refused(all, |told| match &told.forgery {
        Some(forgery) => format!("a forged webhook ({forgery})"),
        None => "a webhook signed by somebody else".to_owned(),
    });
    if asked == 0 {
        return not_sent(evidence, "forged");
    }
    judged(evidence, findings, format!("{asked} forged webhooks, all refused"))
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::{findings, passes, skips};
    use super::super::testing::{message, received};
    use super::*;

    #[test]
    fn what_is_forged_must_be_refused() {
        let forged = |status| message("payment.status", status).forged("tampered-body");
        passes(&CHECK, &received(vec![message("payment.status", 204), forged(401)]));
        let evidence = received(vec![forged(204), message("payment.status", 200).badly_signed(), forged(500)]);
        insta::assert_snapshot!(findings(&CHECK, &evidence), @r"
        a forged webhook (tampered-body) was answered 204; a status of the 400s was due
        a forged webhook (tampered-body) was answered 500; a status of the 400s was due
        a webhook signed by somebody else was answered 200; a status of the 400s was due
        ");
        skips(&CHECK, &received(vec![message("payment.status", 204)]));
        skips(&CHECK, &received(vec![forged(0).unanswered("timeout")]));
    }
}
