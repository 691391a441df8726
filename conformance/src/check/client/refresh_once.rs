//! C47: a refused token is refreshed once; a fresh token that is refused ends the run.

use super::{judged, not_seen, shown};
use crate::check::{Area, Check, Run};
use crate::client_target::Evidence;
use crate::journal::Entry;
use crate::params::{Param, ParamValue, Params};
use crate::verdict::{Finding, Verdict};

pub(super) static CHECK: Check = Check {
    slug: "refresh-once",
    ids: &["C47", "C48"],
    title: "refreshes a refused token once, repeats the request once, and stops if the new token is refused too",
    source: "RFC 6750 §3.1, RFC 6749 §6",
    advice: "On 401 invalid_token refresh once and repeat the request. If the token just issued is refused as well, stop \
             every call of that consent and ask for a new login.",
    area: Area::ClientWire,
    params: &[
        Param { name: "at_most", default: ParamValue::Count(1), about: "refreshes without a success in between" },
        Param {
            name: "repeats",
            default: ParamValue::Count(1),
            about: "requests with a token that was refused although just issued",
        },
    ],
    run: Run::Client(judge),
};

/// What a client did since a token of its was last accepted.
#[derive(Default)]
struct Since<'a> {
    refused: Vec<&'a Entry>,
    refreshes: Vec<&'a Entry>,
    /// Refusals of the token that came out of a refresh.
    fresh_refused: Vec<&'a Entry>,
}

fn judge(evidence: &Evidence, params: &Params) -> Verdict {
    let (at_most, repeats) = (params.count("at_most"), params.count("repeats"));
    let may_refresh = evidence.secrets.iter().any(|secret| secret.name == "refresh token");
    let (mut findings, mut seen, mut refreshes) = (Vec::new(), 0, 0);
    for step in &evidence.steps {
        let mut since = Since::default();
        let mut episodes = Vec::new();
        for entry in evidence.entries(step) {
            match entry.operation.as_deref() {
                Some("token.refresh") => since.refreshes.push(entry),
                Some(operation) if operation.starts_with("token.") || operation.starts_with("oauth.") => {}
                _ if entry.status() == Some(401) && !since.refreshes.is_empty() => since.fresh_refused.push(entry),
                _ if entry.status() == Some(401) => since.refused.push(entry),
                _ if entry.succeeded() => episodes.push(std::mem::take(&mut since)),
                _ => {}
            }
        }
        episodes.push(since);
        for episode in episodes.iter().filter(|episode| !episode.refused.is_empty()) {
            seen += episode.refused.len();
            refreshes += episode.refreshes.len();
            findings.extend(judge_episode(episode, at_most, repeats, may_refresh));
        }
    }
    if seen == 0 {
        return not_seen(evidence, "no token was refused");
    }
    judged(evidence, findings, format!("{seen} refused, {refreshes} refreshes"))
}

fn judge_episode(episode: &Since<'_>, at_most: u64, repeats: u64, may_refresh: bool) -> Option<Finding> {
    let proven = |what: String, proofs: &[&Entry]| {
        let start = Finding::new(what).with(shown(episode.refused[0]));
        Some(proofs.iter().take(6).fold(start, |finding, entry| finding.with(shown(entry))))
    };
    let (refreshed, fresh_refused) = (episode.refreshes.len() as u64, episode.fresh_refused.len() as u64);
    if refreshed > at_most {
        return proven(
            format!(
                "{refreshed} refreshes after one refused token, none followed by a success; at most {at_most} was due"
            ),
            &episode.refreshes,
        );
    }
    if fresh_refused > repeats {
        return proven(
            format!("went on with {fresh_refused} requests although the token just issued was refused"),
            &episode.fresh_refused,
        );
    }
    if refreshed == 0 && may_refresh {
        return proven("the token was refused, there was a refresh token, and it was not used".to_owned(), &[]);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::super::testing::{call, evidence, findings, passes, skips};
    use super::*;
    use crate::client_target::{Drive, Secret};

    fn data(at: u64, status: u16) -> Entry {
        call(at, "accounts.list", "GET /plain/accounts", status)
    }

    fn refresh(at: u64) -> Entry {
        call(at, "token.refresh", "POST /plain/oauth/token", 200)
    }

    fn with_refresh_token(entries: Vec<Entry>) -> Evidence {
        let secrets = vec![Secret { name: "refresh token", value: "r".to_owned() }];
        Evidence { secrets, ..evidence(Drive::Sync, entries) }
    }

    #[test]
    fn one_refresh_and_one_repeat_pass() {
        passes(&CHECK, &with_refresh_token(vec![data(0, 401), refresh(1), data(2, 200), data(3, 200)]));
        passes(&CHECK, &with_refresh_token(vec![data(0, 401), refresh(1), data(2, 401)]));
        passes(&CHECK, &evidence(Drive::Sync, vec![data(0, 401)]));
        skips(&CHECK, &with_refresh_token(vec![data(0, 200)]));
    }

    #[test]
    fn storms_and_stubbornness_fail() {
        let storm = vec![data(0, 401), refresh(1), data(2, 401), refresh(3), data(4, 401)];
        insta::assert_snapshot!(findings(&CHECK, &with_refresh_token(storm)), @"2 refreshes after one refused token, none followed by a success; at most 1 was due");
        let stubborn = vec![data(0, 401), refresh(1), data(2, 401), data(3, 401)];
        insta::assert_snapshot!(findings(&CHECK, &with_refresh_token(stubborn)), @"went on with 2 requests although the token just issued was refused");
        insta::assert_snapshot!(findings(&CHECK, &with_refresh_token(vec![data(0, 401)])), @"the token was refused, there was a refresh token, and it was not used");
    }
}
