//! C53: a new token does not see more than the old one.

use super::{judged, not_seen, shown};
use crate::check::{Area, Check, Run};
use crate::client_target::Evidence;
use crate::journal::Entry;
use crate::params::Params;
use crate::verdict::{Finding, Verdict};

pub(super) static CHECK: Check = Check {
    slug: "no-refresh-on-forbidden",
    ids: &["C53"],
    title: "asks for no token when the bank says what it may not see",
    source: "RFC 6750 §3.1 (insufficient_scope)",
    advice: "Only 401 invalid_token calls for a refresh. On 403 report the missing scope or consent.",
    area: Area::ClientWire,
    params: &[],
    run: Run::Client(judge),
};

fn judge(evidence: &Evidence, _: &Params) -> Verdict {
    let (mut findings, mut forbidden) = (Vec::new(), 0);
    for step in &evidence.steps {
        let entries: Vec<&Entry> = evidence.entries(step).collect();
        for (place, entry) in entries.iter().enumerate().filter(|(_, entry)| entry.status() == Some(403)) {
            forbidden += 1;
            let next = entries.get(place + 1).filter(|next| next.is("token.*"));
            if let Some(refresh) = next {
                let what = format!("{} {} was forbidden, and a token was asked for", entry.method, entry.path());
                findings.push(Finding::new(what).with(shown(entry)).with(shown(refresh)));
            }
        }
    }
    if forbidden == 0 {
        return not_seen(evidence, "nothing was forbidden");
    }
    judged(evidence, findings, format!("{forbidden} times forbidden, no token asked for"))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{call, evidence, findings, passes, skips};
    use super::*;
    use crate::client_target::Drive;

    #[test]
    fn a_refresh_after_403_fails() {
        let forbidden = || call(0, "accounts.list", "GET /a", 403);
        let refresh = call(1, "token.refresh", "POST /oauth/token", 200);
        passes(&CHECK, &evidence(Drive::Sync, vec![forbidden()]));
        insta::assert_snapshot!(findings(&CHECK, &evidence(Drive::Sync, vec![forbidden(), refresh.clone()])), @"GET /a was forbidden, and a token was asked for");
        skips(&CHECK, &evidence(Drive::Sync, vec![refresh]));
    }
}
