//! Which rule of a good client is judged by which check, and in which scenario each check can bite.
//!
//! Owns the list of rules C01 to C87, the reason for each that is not judged, and the stimulus of each check. Tests hold it
//! to the checks and to the scenarios; `docs/client-checks.md` is made from it.

/// One rule for clients.
#[derive(Debug)]
pub struct Rule {
    /// Its id in the catalogue: `C01`.
    pub id: &'static str,
    /// What the integration does.
    pub what: &'static str,
    /// Whether it is judged.
    pub coverage: Coverage,
}

/// Whether a rule is judged.
#[derive(Debug)]
pub enum Coverage {
    /// By the checks that cite it.
    Judged,
    /// By the checks that cite it, but for this.
    But(&'static str),
    /// Not, for this reason.
    Not(&'static str),
}

use Coverage::{But, Judged, Not};

const DIALECT: &str = "needs a client of that bank's own interface; the bundled client speaks the generic one";
const TLS: &str = "needs a bank that is reached over TLS, and client cases run over plain HTTP";

/// Every rule, in the order of its id.
pub static RULES: &[Rule] = &[
    rule("C01", "honours Retry-After in seconds", Judged),
    rule("C02", "honours Retry-After as an HTTP date", Judged),
    rule("C03", "prefers Retry-After over the reset of a rate limit", Judged),
    rule("C04", "adds jitter on top of Retry-After, never below", Judged),
    rule("C05", "reads the reset headers of a vendor", Not(DIALECT)),
    rule("C06", "does not block on huge waits", Judged),
    rule("C07", "grows delays exponentially", Judged),
    rule("C08", "jitters", But("the herd rule, which needs thirty operations of one client at once")),
    rule("C09", "caps attempts and total time", Judged),
    rule("C10", "has a retry budget", Judged),
    rule("C11", "retries at one layer", Judged),
    rule("C12", "never retries permanent errors", Judged),
    rule("C13", "treats unknown 5xx statuses as overload", Judged),
    rule("C14", "opens a circuit", But("closing it again: a run ends before the bank comes back")),
    rule("C15", "isolates providers and accounts", Not("needs a client of two banks in one case")),
    rule("C16", "respects four unattended reads in 24 hours", But("days: all runs of a case lie within one")),
    rule("C17", "does not fake presence", But("attended calls: no driver says that somebody waits")),
    rule("C18", "stops on a quota that is used up until its window passes", Judged),
    rule("C19", "keeps the session thresholds of CDR", Not(DIALECT)),
    rule("C20", "uses the cheap endpoints and paging keys of Open Finance Brasil", Not(DIALECT)),
    rule("C21", "polls politely", Judged),
    rule("C22", "has a total deadline", Judged),
    rule("C23", "has a deadline for connections and TLS handshakes", Not(TLS)),
    rule("C24", "survives a reset before the response", Judged),
    rule("C25", "rejects truncated or invalid bodies", Judged),
    rule("C26", "refuses odd redirects", But("1xx answers, which no scenario sends")),
    rule("C27", "handles compression and charset", Judged),
    rule("C28", "bounds memory", But("the memory itself: what is judged is that the client stays alive")),
    rule("C29", "verifies TLS", Not(TLS)),
    rule("C30", "sends a key on every payment", Judged),
    rule("C31", "repeats key and body on retry", Judged),
    rule("C32", "makes a new key for a new payment", Judged),
    rule(
        "C33",
        "never reuses a key for other content",
        But("an order that is edited after a failure: no driver edits one"),
    ),
    rule("C34", "waits on a request in progress", Judged),
    rule("C35", "stops on a key conflict", Judged),
    rule("C36", "does not retry blind", Judged),
    rule("C37", "resolves unknown outcomes", Judged),
    rule("C38", "persists the key before sending", Judged),
    rule("C39", "absorbs a late success", Judged),
    rule("C40", "does not replay expired keys", Not("needs a client that takes a virtual clock: keys live 24 hours")),
    rule("C41", "separates accepted from settled", Judged),
    rule("C42", "ignores a status that goes back", Judged),
    rule("C43", "handles late rejections and returns", Judged),
    rule("C44", "treats a rejection with status 200 as a refusal", Judged),
    rule(
        "C45",
        "cancels correctly",
        But("cancellations the account holder must confirm, which the generic bank does not ask for"),
    ),
    rule("C46", "knows a consumed consent", Not(DIALECT)),
    rule("C47", "refreshes once on 401, then stops", Judged),
    rule(
        "C48",
        "causes no refresh stampede",
        But("calls in parallel are the client's own: the stimulus cannot force them"),
    ),
    rule("C49", "refreshes ahead", Judged),
    rule(
        "C50",
        "stores rotated refresh tokens atomically",
        Not("needs a kill between the answer and its use, which nobody outside the client can time"),
    ),
    rule("C51", "accepts that a refresh token is not rotated", Judged),
    rule("C52", "stops on invalid_grant", Judged),
    rule("C53", "does not refresh on 403", Judged),
    rule("C54", "tells failures of tokens from failures of consents", Judged),
    rule("C55", "stops everything on revocation", Judged),
    rule("C56", "acts before a consent expires", But("the prompt before the end: no driver takes one")),
    rule("C57", "uses single-use artefacts once", But("everything but codes: what was pushed, assertions and nonces")),
    rule("C58", "survives clock skew", Judged),
    rule("C59", "leaks nothing", Judged),
    rule("C60", "has a guard against paging loops", Judged),
    rule("C61", "removes duplicates of shifted pages", Judged),
    rule("C62", "restarts a list that changed", Judged),
    rule(
        "C63",
        "commits a cursor after its data",
        Not("needs a client that reads on from a cursor; the bundled one reads whole lists"),
    ),
    rule("C64", "follows only links of the same origin", Judged),
    rule("C65", "ignores unknown members, keeps unknown words apart", Judged),
    rule("C66", "tolerates absent, null and empty", Judged),
    rule("C67", "keeps decimals exact", Judged),
    rule("C68", "maps signs, dates and ids by the standard", Judged),
    rule("C69", "reconciles balances", Judged),
    rule("C70", "matures pending entries", Judged),
    rule("C71", "models reversals", But("chargebacks: the bundled client's bank shows none")),
    rule("C72", "is idempotent over repeated reads", Judged),
    rule("C73", "separates empty from failed", Judged),
    rule("C74", "degrades partially", Judged),
    rule("C75", "classifies errors", Judged),
    rule("C76", "does not trust texts", Judged),
    rule("C77", "rejects tampered webhooks", Judged),
    rule("C78", "rejects stale or replayed webhooks", Judged),
    rule("C79", "pins algorithm and key of webhooks", Judged),
    rule("C80", "handles rotation of webhook keys", Judged),
    rule("C81", "is idempotent over webhooks", Judged),
    rule("C82", "does not depend on the order of webhooks", Judged),
    rule("C83", "treats webhooks as hints", Judged),
    rule("C84", "answers webhooks fast", Judged),
    rule("C85", "recovers from lost webhooks", Judged),
    rule("C86", "accepts unknown types of webhooks", Judged),
    rule("C87", "guards the endpoint of its webhooks", Judged),
];

/// For each check of clients the scenarios made for it: in each of them a good client passes, and the wrong client it is
/// for fails in at least one.
pub static STIMULI: &[(&str, &[&str])] = &[
    ("retry-after-seconds", &["retry-after-seconds"]),
    ("retry-after-date", &["retry-after-date"]),
    ("retry-after-before-reset", &["retry-after-and-reset"]),
    ("retry-after-spread", &["throttled-in-step"]),
    ("huge-waits-put-off", &["retry-after-huge"]),
    ("backoff-grows", &["backoff"]),
    ("backoff-exponential", &["long-outage-of-each-account"]),
    ("backoff-jitters", &["backoff"]),
    ("attempts-capped", &["endless-503"]),
    ("retry-budget", &["bank-down"]),
    ("no-retry-of-permanent-errors", &["permanent-errors", "forbidden"]),
    ("unknown-errors-back-off", &["overload-statuses"]),
    ("circuit-opens", &["bank-down"]),
    ("four-reads-a-day", &["five-reads-a-day"]),
    ("no-faked-presence", &["quiet"]),
    ("no-forbidden-request", &["quiet"]),
    ("quota-waited-for", &["four-a-day"]),
    ("total-deadline", &["endless-trickle"]),
    ("survives-reset", &["reset-before-response", "drip-and-stall"]),
    ("rejects-broken-bodies", &["truncated-body", "malformed-json"]),
    ("survives-hostile-bodies", &["deep-nesting"]),
    ("payment-keys", &["quiet-payment"]),
    ("same-key-and-body-on-retry", &["lost-reply", "payment-cut-short"]),
    ("new-key-for-new-payment", &["two-equal-payments"]),
    ("key-outlives-process", &["killed-while-paying"]),
    ("in-progress-waited-for", &["payment-in-progress"]),
    ("stops-on-key-conflict", &["key-conflict"]),
    ("no-blind-payment-retry", &["lost-reply-status-unknown", "payment-not-taken"]),
    ("one-payment", &["lost-reply", "late-success"]),
    ("settled-when-settled", &["quiet-payment", "payment-status-unknown-word"]),
    ("final-status-kept", &["payment-status-goes-back"]),
    ("late-refusals-noticed", &["accepted-then-rejected", "booked-then-returned"]),
    ("rejection-is-final", &["accepted-then-rejected"]),
    ("cancels-honestly", &["payment-cancelled", "cancellation-refused"]),
    ("polls-politely", &["payment-takes-time"]),
    ("refresh-once", &["token-expired", "token-expired-for-ever"]),
    ("refresh-token-kept", &["refresh-token-not-rotated"]),
    ("refreshes-ahead", &["short-lived-tokens"]),
    ("stops-on-invalid-grant", &["refresh-refused"]),
    ("no-refresh-on-forbidden", &["forbidden"]),
    ("stops-on-revocation", &["consent-revoked-mid-run", "consent-expires-mid-run"]),
    ("survives-clock-skew", &["clock-ahead"]),
    ("leaks-nothing", &["quiet"]),
    ("paging-loop-guard", &["paging-loop", "paging-back", "paging-endless"]),
    ("restarts-invalidated-lists", &["cursor-expires"]),
    ("same-origin-links", &["foreign-next-link", "redirect-to-another-host", "payment-redirected"]),
    ("encodings-decoded", &["wrong-charset"]),
    ("exact-decimals", &["quiet"]),
    ("understands-accounts", &["quiet"]),
    ("understands-transactions", &["quiet"]),
    ("no-doubled-entries", &["overlapping-pages"]),
    ("idempotent-reread", &["quiet"]),
    ("pending-matures", &["pending-becomes-booked"]),
    ("balances-follow-entries", &["pending-becomes-booked"]),
    ("gaps-reported", &["lost-row", "page-gap"]),
    ("failures-reported", &["endless-503"]),
    ("degrades-partially", &["one-account-broken"]),
    ("bad-row-alone", &["one-bad-row"]),
    ("errors-classified", &["every-refusal", "misleading-texts"]),
    ("harmless-changes-tolerated", &["new-members", "null-for-absent"]),
];

const fn rule(id: &'static str, what: &'static str, coverage: Coverage) -> Rule {
    Rule { id, what, coverage }
}

#[cfg(test)]
mod tests {
    use bank_fixtures::expectation::Head;
    use bank_fixtures::library;

    use super::super::{CHECKS, Check, logins, notifications};
    use super::*;

    fn of_clients() -> impl Iterator<Item = &'static Check> {
        CHECKS.iter().chain(notifications::CHECKS).chain(logins::CHECKS).copied()
    }

    fn citing(id: &str) -> Vec<&'static str> {
        of_clients().filter(|check| check.ids.contains(&id)).map(|check| check.slug).collect()
    }

    #[test]
    fn every_rule_is_judged_or_says_why_not() {
        let ids: Vec<String> = (1..=87).map(|number| format!("C{number:02}")).collect();
        assert_eq!(RULES.iter().map(|rule| rule.id).collect::<Vec<_>>(), ids);
        for rule in RULES {
            let judged = !citing(rule.id).is_empty();
            let said = !matches!(rule.coverage, Coverage::Not(_));
            assert_eq!(judged, said, "{}: {:?}, {:?}", rule.id, citing(rule.id), rule.coverage);
        }
        // Checks of logins cite negative tests of authorization servers, too.
        for id in of_clients().flat_map(|check| check.ids).filter(|id| id.starts_with('C')) {
            assert!(RULES.iter().any(|rule| rule.id == *id), "no rule {id}");
        }
    }

    #[test]
    fn every_check_has_a_stimulus_that_judges_by_it() {
        // Webhooks have stimuli and wrong services of their own.
        let told = |check: &&&Check| check.area != crate::check::Area::ClientNotifications;
        let slugs: Vec<&str> = CHECKS.iter().filter(told).map(|check| check.slug).collect();
        let mut listed: Vec<&str> = STIMULI.iter().map(|row| row.0).collect();
        for slug in &slugs {
            assert!(listed.contains(slug), "{slug} has no stimulus");
        }
        listed.sort_unstable();
        listed.dedup();
        assert_eq!((listed.len(), STIMULI.len()), (slugs.len(), slugs.len()), "a row for no check, or two for one");
        for (slug, scenarios) in STIMULI {
            for name in *scenarios {
                let file = ["faults", "journeys"].iter().find_map(|folder| library::find(folder, name));
                let file = file.unwrap_or_else(|| panic!("{slug}: no scenario {name}"));
                let head = Head::parse(file.path, file.text).unwrap_or_else(|wrong| panic!("{wrong}"));
                let judges = head.expect.client.iter().any(|check| check.slug == *slug);
                assert!(judges, "{name} does not judge by {slug}");
            }
        }
    }
}
