//! C51: a bank that gives no new refresh token means the old one to be used again.

use super::{judged, not_seen, shown};
use crate::check::{Area, Check, Run};
use crate::client_target::Evidence;
use crate::journal::Entry;
use crate::params::Params;
use crate::verdict::{Finding, Verdict};

pub(super) static CHECK: Check = Check {
    slug: "refresh-token-kept",
    ids: &["C51"],
    title: "keeps its refresh token when the bank gives no new one",
    source: "RFC 6749 §6; FAPI 2.0 Security Profile §5.3.2.1; CDR Consumer Data Standards (no rotation)",
    advice: "Replace the refresh token you hold only if the answer carries another one.",
    area: Area::ClientWire,
    params: &[],
    run: Run::Client(judge),
};

fn judge(evidence: &Evidence, _: &Params) -> Verdict {
    let entries = evidence.journal.entries();
    let (mut findings, mut needed) = (Vec::new(), 0);
    for (place, refresh) in entries.iter().enumerate().filter(|(_, entry)| gives_no_new_one(entry)) {
        let later = &entries[place + 1..];
        let Some(ended) = later.iter().position(|entry| entry.status() == Some(401) && !entry.is("token.*")) else {
            continue;
        };
        needed += 1;
        let what = match later[ended..].iter().find(|entry| entry.is("token.refresh")) {
            Some(again) if again.succeeded() => continue,
            Some(again) => format!("the next refresh was refused ({})", again.status().unwrap_or_default()),
            None => "the client did not refresh again when the next token had ended".to_owned(),
        };
        let what = format!("the bank gave no new refresh token, and {what}");
        findings.push(Finding::new(what).with(shown(refresh)).with(shown(&later[ended])));
    }
    if needed == 0 {
        return not_seen(evidence, "no refresh without a new refresh token was followed by the end of another token");
    }
    judged(evidence, findings, format!("{needed} times refreshed with the token it had"))
}

/// An answer to a refresh in which there is no refresh token.
fn gives_no_new_one(entry: &Entry) -> bool {
    let body = entry.response.as_ref().and_then(|response| response.body.as_deref());
    let members = body.and_then(|body| serde_json::from_str::<serde_json::Value>(body).ok());
    let lacks =
        members.is_some_and(|answer| answer.get("access_token").is_some() && answer.get("refresh_token").is_none());
    entry.is("token.refresh") && entry.succeeded() && lacks
}

#[cfg(test)]
mod tests {
    use super::super::testing::{call, evidence, findings, passes, skips};
    use super::*;
    use crate::client_target::Drive;

    #[test]
    fn the_old_token_is_used_again() {
        let data = |at, status| call(at, "accounts.list", "GET /a", status);
        let refresh = |at, status, body| call(at, "token.refresh", "POST /oauth/token", status).body(body);
        let kept = r#"{"access_token":"sha256:1","token_type":"Bearer"}"#;
        let rotated = r#"{"access_token":"sha256:1","refresh_token":"sha256:2"}"#;
        let first = || vec![data(0, 401), refresh(1, 200, kept), data(2, 200), data(3, 401)];
        let with = |more: Vec<Entry>| evidence(Drive::Sync, [first(), more].concat());
        passes(&CHECK, &with(vec![refresh(4, 200, kept)]));
        insta::assert_snapshot!(findings(&CHECK, &with(Vec::new())), @"the bank gave no new refresh token, and the client did not refresh again when the next token had ended");
        insta::assert_snapshot!(findings(&CHECK, &with(vec![refresh(4, 400, "{}")])), @"the bank gave no new refresh token, and the next refresh was refused (400)");
        skips(&CHECK, &evidence(Drive::Sync, vec![data(0, 401), refresh(1, 200, rotated), data(2, 401)]));
    }
}
