//! C49: a token is renewed before it ends.

use super::{judged, not_seen, shown};
use crate::check::{Area, Check, Run};
use crate::client_target::Evidence;
use crate::params::Params;
use crate::verdict::{Finding, Verdict};

pub(super) static CHECK: Check = Check {
    slug: "refreshes-ahead",
    ids: &["C49"],
    title: "renews a token before it ends, not after it was refused",
    source: "RFC 6749 §5.1 (expires_in)",
    advice: "Remember when a token was issued and renew it when three quarters of its life are over.",
    area: Area::ClientWire,
    params: &[],
    run: Run::Client(judge),
};

fn judge(evidence: &Evidence, _: &Params) -> Verdict {
    let (mut findings, mut issued, mut uses) = (Vec::new(), None, 0);
    for entry in evidence.journal.entries() {
        if entry.is("token.refresh") && entry.succeeded() {
            issued = Some(entry);
            continue;
        }
        let Some(token) = issued.filter(|_| !entry.is("token.*") && !entry.is("oauth.*")) else { continue };
        uses += 1;
        if entry.status() == Some(401) {
            let age = entry.gap_after(token).as_secs_f64();
            let what = format!("used a token {age:.1} s after it was issued, when it had ended");
            findings.push(Finding::new(what).with(shown(token)).with(shown(entry)));
            issued = None;
        }
    }
    if uses == 0 {
        return not_seen(evidence, "no token was issued in sight and used");
    }
    judged(evidence, findings, format!("{uses} requests with tokens that were renewed in time"))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{call, evidence, findings, passes, skips};
    use super::*;
    use crate::client_target::Drive;

    #[test]
    fn a_token_that_ended_in_use_fails() {
        let refresh = |at| call(at, "token.refresh", "POST /oauth/token", 200);
        let data = |at, status| call(at, "accounts.list", "GET /a", status);
        passes(
            &CHECK,
            &evidence(Drive::Sync, vec![data(0, 401), refresh(1), data(2, 200), refresh(900), data(950, 200)]),
        );
        let late = vec![data(0, 401), refresh(0), data(2, 200), data(2_000, 401)];
        insta::assert_snapshot!(findings(&CHECK, &evidence(Drive::Sync, late)), @"used a token 2.0 s after it was issued, when it had ended");
        skips(&CHECK, &evidence(Drive::Sync, vec![data(0, 401)]));
    }
}
