//! Checks of clients that log account holders in: which request came next, and when, after an authorization server lied.
//!
//! Owns their table and the reading of a login in the journal: which lie was told with which answer, and what was built on
//! it. A lie is known by its names in `docs/authorization-faults.md`, as the decisions of the journal quote them.

use std::collections::BTreeSet;

use super::{judged, not_seen, shown};
use crate::check::Check;
use crate::client_target::Evidence;
use crate::journal::Entry;
use crate::verdict::{Finding, Verdict};

mod checks_id_tokens;
mod checks_oauth_answers;
mod checks_signatures;
mod checks_the_metadata;
mod checks_the_redirect;
mod gives_up_on_refusals;
mod goes_on_where_it_may;
pub mod lie;
mod redeems_codes_once;

use lie::{Due, Lie};

/// Every check of logins, in the order in which they are listed.
pub(crate) static CHECKS: &[&Check] = &[
    &checks_the_metadata::CHECK,
    &checks_the_redirect::CHECK,
    &checks_oauth_answers::CHECK,
    &checks_id_tokens::CHECK,
    &checks_signatures::CHECK,
    &goes_on_where_it_may::CHECK,
    &redeems_codes_once::CHECK,
    &gives_up_on_refusals::CHECK,
];

/// Operations of an authorization server; every other one is at the bank's resources.
const SERVER: &[&str] = &[
    "discovery.",
    "jwks.",
    "request.",
    "authorize.",
    "token.",
    "home.",
    "device.",
    "backchannel.",
    "session.",
    "clients.",
    "directory.",
    "webhook.",
    "unknown",
];

/// A call that shows an access token: the account holder's data, or claims about them.
fn shows_token(entry: &Entry) -> bool {
    entry.operation.as_deref().is_some_and(|operation| !SERVER.iter().any(|part| operation.starts_with(part)))
}

/// The lies that were told with an answer that reached the client.
fn lies(entry: &Entry) -> Vec<&'static Lie> {
    if entry.lost() {
        return Vec::new();
    }
    entry.decisions.iter().flat_map(|decision| lie::told(&decision.effect)).collect()
}

/// Whether any answer of a login lied so that what it says must not be used.
fn must_stop(entry: &Entry, points: &[&str]) -> bool {
    lies(entry).iter().any(|lie| lie.due == Due::Stop && points.contains(&lie.point))
}

/// What was built on answers that lied at these points, where a client had to stop: `uses` is true for a request that
/// builds on such an answer. A later answer of the same call without such a lie puts things right.
fn judge(evidence: &Evidence, points: &[&str], uses: fn(&Entry) -> bool, what: &str) -> Verdict {
    let (mut findings, mut told) = (Vec::new(), BTreeSet::new());
    for step in &evidence.steps {
        let mut doubtful: Option<&Entry> = None;
        for entry in evidence.entries(step) {
            if must_stop(entry, points) {
                told.extend(lies(entry).iter().map(|lie| (lie.point, lie.name)));
                doubtful = Some(entry);
                continue;
            }
            let Some(source) = doubtful else { continue };
            if entry.operation == source.operation && !entry.lost() {
                doubtful = None;
            } else if uses(entry) {
                let names: Vec<String> =
                    lies(source).iter().map(|lie| format!("{}: {}", lie.point, lie.name)).collect();
                let found = Finding::new(format!("{what} ({})", names.join(", ")));
                findings.push(found.with(shown(source)).with(shown(entry)));
                // One finding for one lie: what follows follows from it.
                doubtful = None;
            }
        }
    }
    if told.is_empty() {
        return not_seen(evidence, "the client met no such lie in a login of its own");
    }
    judged(evidence, findings, format!("{} kinds of lies, none believed", told.len()))
}

#[cfg(test)]
mod testing {
    //! Logins in a few lines.

    use super::super::testing::call;
    use crate::journal::{Decision, Entry};

    /// An exchange of a login, at this many milliseconds.
    pub(super) fn step(at: u64, operation: &str, status: u16) -> Entry {
        let line = match operation {
            "token.issue" => "POST /plain/oauth/token",
            "authorize.start" => "GET /plain/oauth/authorize",
            "jwks.get" => "GET /plain/oauth/jwks",
            "discovery.get" => "GET /plain/.well-known/openid-configuration",
            _ => "GET /plain/accounts",
        };
        call(at, operation, line, status)
    }

    /// A good login and a look at the accounts, with this lie told by one operation.
    pub(super) fn login(lying: &str, effect: &str, to_the_end: bool) -> Vec<Entry> {
        let operations = [
            ("discovery.get", 200),
            ("jwks.get", 200),
            ("authorize.start", 303),
            ("token.issue", 200),
            ("accounts.list", 200),
        ];
        let mut entries = Vec::new();
        for (at, (operation, status)) in operations.into_iter().enumerate() {
            let mut entry = step(at as u64, operation, status);
            if operation == lying {
                entry.decisions = vec![Decision { rule: "r".to_owned(), effect: effect.to_owned() }];
            }
            entries.push(entry);
            if operation == lying && !to_the_end {
                break;
            }
        }
        entries
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{evidence, findings, passes, skips};
    use super::testing::{login, step};
    use super::*;
    use crate::client_target::Drive;
    use crate::journal::Ending;

    /// A check, an operation that lies, and the lie.
    const SHOWN: &[(&Check, &str, &str)] = &[
        (&checks_the_metadata::CHECK, "discovery.get", "oauth { discovery: near-miss-issuer }"),
        (&checks_the_redirect::CHECK, "authorize.start", "oauth {authorize: [without-iss, in-fragment]}"),
        (&checks_oauth_answers::CHECK, "token.issue", "delay 1s, oauth { token: { token-type: MAC } }"),
        (&checks_id_tokens::CHECK, "token.issue", "oauth { id_token: wrong-nonce }"),
        (&checks_signatures::CHECK, "token.issue", "oauth { jose: alg-none }"),
        (&checks_signatures::CHECK, "jwks.get", "oauth { jwks: same-kid }"),
    ];

    #[test]
    fn whoever_goes_on_after_a_lie_has_believed_it() {
        for (check, operation, effect) in SHOWN {
            passes(check, &evidence(Drive::Login, login(operation, effect, false)));
            let told = findings(check, &evidence(Drive::Login, login(operation, effect, true)));
            assert_eq!(told.lines().count(), 1, "{}: {told}", check.slug);
            for (other, ..) in SHOWN.iter().filter(|row| row.0.slug != check.slug) {
                skips(other, &evidence(Drive::Login, login(operation, effect, true)));
            }
        }
        let believed = evidence(Drive::Login, login("token.issue", "oauth { id_token: wrong-nonce }", true));
        insta::assert_snapshot!(findings(&checks_id_tokens::CHECK, &believed), @"used the token that came with an id_token that is not about this login (id_token: wrong-nonce)");
    }

    #[test]
    fn an_honest_answer_afterwards_puts_things_right_and_a_lost_lie_is_none() {
        let mut again = login("jwks.get", "oauth { jwks: empty }", true);
        again.insert(2, step(1, "jwks.get", 200));
        passes(&checks_signatures::CHECK, &evidence(Drive::Login, again));
        let mut lost = login("token.issue", "oauth { id_token: wrong-nonce }", true);
        lost[3].ending = Some(Ending::Reset);
        skips(&checks_id_tokens::CHECK, &evidence(Drive::Login, lost));
        for check in CHECKS.iter() {
            let accused = evidence(Drive::Login, login("token.issue", "oauth { id_token: old-auth-time }", true));
            skips(check, &accused);
            assert!(!check.source.is_empty(), "{}", check.slug);
        }
    }

    #[test]
    fn what_is_harmless_must_not_end_a_login() {
        let lie = "oauth { id_token: unknown-claims }";
        passes(&goes_on_where_it_may::CHECK, &evidence(Drive::Login, login("token.issue", lie, true)));
        let stopped = evidence(Drive::Login, login("token.issue", lie, false));
        insta::assert_snapshot!(findings(&goes_on_where_it_may::CHECK, &stopped), @"ended the login over something harmless (id_token: unknown-claims)");
    }

    #[test]
    fn a_code_is_sent_once_and_a_refusal_is_believed() {
        let redeem = |at, status, error: &str| {
            let mut entry = step(at, "token.issue", status).body(&format!(r#"{{"error":"{error}"}}"#));
            entry.request.body =
                Some("grant_type=authorization_code&code=sha256:00&code_verifier=sha256:11".to_owned());
            entry
        };
        let once = vec![redeem(0, 500, "server_error")];
        passes(&redeems_codes_once::CHECK, &evidence(Drive::Login, once.clone()));
        let twice = [once, vec![redeem(9, 200, "")]].concat();
        insta::assert_snapshot!(findings(&redeems_codes_once::CHECK, &evidence(Drive::Login, twice)), @"sent a code 2 times");
        let nonces: Vec<Entry> = (0..3).map(|at| redeem(at, 400, "use_dpop_nonce")).collect();
        passes(&redeems_codes_once::CHECK, &evidence(Drive::Login, nonces.clone()));
        passes(&gives_up_on_refusals::CHECK, &evidence(Drive::Login, nonces.clone()));
        let storm = [nonces, vec![redeem(3, 400, "use_dpop_nonce")]].concat();
        insta::assert_snapshot!(findings(&gives_up_on_refusals::CHECK, &evidence(Drive::Login, storm)), @"made 4 requests of one kind (token.issue) although each was refused; at most 3 were due");
        skips(&gives_up_on_refusals::CHECK, &evidence(Drive::Login, vec![step(0, "token.issue", 200)]));
    }

    #[test]
    fn every_lie_of_a_decision_is_found() {
        let names = |effect: &str| lie::told(effect).map(|lie| lie.name).collect::<Vec<_>>();
        assert_eq!(
            names("oauth { id_token: wrong-nonce, jose: [alg-none, crit] }"),
            ["wrong-nonce", "alg-none", "crit"]
        );
        assert_eq!(names("oauth { discovery: { without: token_endpoint } }"), ["without"]);
        assert_eq!(names("oauth id_token: expired"), ["expired"]);
        assert_eq!(names("status 503"), Vec::<&str>::new());
        assert_eq!(names("body expired"), Vec::<&str>::new());
    }
}
