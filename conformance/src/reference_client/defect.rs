//! Deliberately wrong clients: the careful one with one choice replaced.
//!
//! Owns the table of defects and which checks must catch each. Proves that every check of clients can fail.

use std::time::Duration;

use super::lapse::Lapse;
use super::policy::{
    Balances, BrokenBodies, BrokenConnections, Growth, Ids, Jitter, Keys, Links, Log, Numbers, PagingGuard, Pending,
    PermanentErrors, Policy, Refresh, RetryAfter, Signs, UnknownOutcomes,
};

/// One wrong client.
#[derive(Debug)]
pub struct Defect {
    /// Name on the command line and in reports, kebab-case.
    pub slug: &'static str,
    /// What it does wrong, in one sentence.
    pub what: &'static str,
    /// The checks that must catch it; no other may.
    pub caught_by: &'static [&'static str],
    plant: fn(&mut Policy),
}

/// Every wrong client.
pub static DEFECTS: &[Defect] = &[
    Defect {
        slug: "ignores-retry-after",
        what: "comes back before the time the bank asked for",
        caught_by: &["retry-after-seconds", "retry-after-date"],
        plant: |policy| policy.retry_after = RetryAfter::Ignored,
    },
    Defect {
        slug: "ignores-retry-after-date",
        what: "understands Retry-After in seconds only",
        caught_by: &["retry-after-date"],
        plant: |policy| policy.retry_after = RetryAfter::SecondsOnly,
    },
    Defect {
        slug: "fixed-backoff",
        what: "waits the same time before every attempt",
        caught_by: &["backoff-grows"],
        plant: |policy| policy.growth = Growth::None,
    },
    Defect {
        slug: "no-jitter",
        what: "waits exactly as long as every other client",
        caught_by: &["backoff-jitters"],
        plant: |policy| policy.jitter = Jitter::None,
    },
    Defect {
        slug: "retries-for-ever",
        what: "never stops asking a bank that is down (here: stops after 12 attempts, so that a run ends)",
        caught_by: &["attempts-capped"],
        plant: |policy| {
            policy.attempts = 12;
            policy.longest_wait = Duration::from_millis(400);
        },
    },
    Defect {
        slug: "retries-permanent-errors",
        what: "asks again after an answer that will not change",
        caught_by: &["no-retry-of-permanent-errors"],
        plant: |policy| policy.permanent_errors = PermanentErrors::Repeat,
    },
    Defect {
        slug: "gives-up-on-reset",
        what: "treats a broken connection as final",
        caught_by: &["survives-reset"],
        plant: |policy| policy.broken_connections = BrokenConnections::Report,
    },
    Defect {
        slug: "accepts-truncated",
        what: "takes what it can read of a broken body for the whole list",
        caught_by: &["survives-reset", "rejects-broken-bodies", "understands-transactions"],
        plant: |policy| policy.broken_bodies = BrokenBodies::Salvage,
    },
    Defect {
        slug: "retries-broken-bodies-for-ever",
        what: "asks again and again for a body that stays broken",
        caught_by: &["rejects-broken-bodies"],
        plant: |policy| policy.broken_body_repeats = 4,
    },
    Defect {
        slug: "new-key-on-retry",
        what: "makes a new idempotency key for every attempt of one payment",
        caught_by: &["same-key-and-body-on-retry", "no-blind-payment-retry", "one-payment"],
        plant: |policy| policy.keys = Keys::PerRequest,
    },
    Defect {
        slug: "blind-payment-retry",
        what: "sends an order again as a new one when the outcome of the first is unknown",
        caught_by: &["same-key-and-body-on-retry", "no-blind-payment-retry", "one-payment"],
        plant: |policy| policy.unknown_outcomes = UnknownOutcomes::PayAgain,
    },
    Defect {
        slug: "no-lookup",
        what: "reports a payment as failed without asking the bank whether it took it",
        caught_by: &["one-payment"],
        plant: |policy| policy.unknown_outcomes = UnknownOutcomes::Report,
    },
    Defect {
        slug: "refreshes-for-ever",
        what: "refreshes its token again each time the fresh one is refused",
        caught_by: &["refresh-once"],
        plant: |policy| policy.refresh = Refresh::Always,
    },
    Defect {
        slug: "follows-paging-loop",
        what: "follows a next link that leads nowhere new (here: 40 pages, so that a run ends)",
        caught_by: &["paging-loop-guard"],
        plant: |policy| {
            policy.paging_guard = PagingGuard::None;
            policy.pages = 40;
        },
    },
    Defect {
        slug: "follows-foreign-links",
        what: "takes its token to whatever host a next link names",
        caught_by: &["same-origin-links", "leaks-nothing"],
        plant: |policy| policy.links = Links::Any,
    },
    Defect {
        slug: "floats",
        what: "computes amounts in binary floating point, in whole cents",
        caught_by: &["exact-decimals"],
        plant: |policy| policy.numbers = Numbers::Binary,
    },
    Defect {
        slug: "unstable-ids",
        what: "gives a transaction a new id in every run",
        caught_by: &["idempotent-reread"],
        plant: |policy| policy.ids = Ids::PerRun,
    },
    Defect {
        slug: "sign-flipped",
        what: "reads money that leaves the account as money that arrives",
        caught_by: &["understands-transactions"],
        plant: |policy| policy.signs = Signs::Inverted,
    },
    Defect {
        slug: "confuses-balances",
        what: "takes the available balance for the booked one, and the other way round",
        caught_by: &["understands-accounts"],
        plant: |policy| policy.balances = Balances::Confused,
    },
    Defect {
        slug: "drops-pending",
        what: "leaves pending entries out",
        caught_by: &["understands-transactions"],
        plant: |policy| policy.pending = Pending::Dropped,
    },
    Defect {
        slug: "logs-secrets",
        what: "writes its tokens to its log",
        caught_by: &["leaks-nothing"],
        plant: |policy| policy.log = Log::Everything,
    },
    Defect {
        slug: "retry-after-or-reset",
        what: "comes back when the RateLimit header says, although Retry-After says later",
        caught_by: &["retry-after-before-reset"],
        plant: |policy| policy.lapse = Some(Lapse::PrefersReset),
    },
    Defect {
        slug: "punctual",
        what: "comes back at the very instant a Retry-After names, like everybody else",
        caught_by: &["retry-after-spread"],
        plant: |policy| policy.lapse = Some(Lapse::PunctualToTheMillisecond),
    },
    Defect {
        slug: "sits-out-huge-waits",
        what: "waits when the bank says tomorrow (here: three seconds, so that a run ends)",
        caught_by: &["huge-waits-put-off"],
        plant: |policy| policy.lapse = Some(Lapse::SitsOutHugeWaits),
    },
    Defect {
        slug: "unknown-status-final",
        what: "takes a status above 511 for final",
        caught_by: &["unknown-errors-back-off"],
        plant: |policy| policy.lapse = Some(Lapse::UnknownStatusIsFinal),
    },
    Defect {
        slug: "no-circuit",
        what: "asks a bank that is down as often as one that is up",
        caught_by: &["circuit-opens", "retry-budget"],
        plant: |policy| policy.lapse = Some(Lapse::NoCircuit),
    },
    Defect {
        slug: "retries-at-two-layers",
        what: "retries in its HTTP layer and again in the layer above",
        caught_by: &["attempts-capped"],
        plant: |policy| policy.lapse = Some(Lapse::RetriesAtTwoLayers),
    },
    Defect {
        slug: "reads-all-day",
        what: "reads as often as it is started, without an account holder",
        caught_by: &["four-reads-a-day"],
        plant: |policy| policy.lapse = Some(Lapse::IgnoresDailyAllowance),
    },
    Defect {
        slug: "forgets-quotas",
        what: "asks again in the next run although the day's calls are used up",
        caught_by: &["quota-waited-for"],
        plant: |policy| policy.lapse = Some(Lapse::ForgetsQuotas),
    },
    Defect {
        slug: "fakes-presence",
        what: "names an address of an account holder who is not there",
        caught_by: &["no-faked-presence"],
        plant: |policy| policy.lapse = Some(Lapse::FakesPresence),
    },
    Defect {
        slug: "invents-parameters",
        what: "tries a parameter the bank does not document before it asks as it should",
        caught_by: &["no-forbidden-request"],
        plant: |policy| policy.lapse = Some(Lapse::InventsParameters),
    },
    Defect {
        slug: "polls-in-a-loop",
        what: "asks ten times a second what became of a payment",
        caught_by: &["polls-politely"],
        plant: |policy| policy.lapse = Some(Lapse::PollsInALoop),
    },
    Defect {
        slug: "follows-redirects",
        what: "follows redirects to other hosts, payments included",
        caught_by: &["same-origin-links"],
        plant: |policy| policy.lapse = Some(Lapse::FollowsRedirects),
    },
    Defect {
        slug: "decodes-lossily",
        what: "reads bytes that are no UTF-8 as if they were",
        caught_by: &["encodings-decoded"],
        plant: |policy| policy.lapse = Some(Lapse::DecodesLossily),
    },
    Defect {
        slug: "crashes-on-deep-nesting",
        what: "falls over a document that is nested too deep",
        caught_by: &["survives-hostile-bodies"],
        plant: |policy| policy.lapse = Some(Lapse::CrashesOnDeepNesting),
    },
    Defect {
        slug: "guessable-keys",
        what: "names a payment by its order number",
        caught_by: &["payment-keys"],
        plant: |policy| policy.lapse = Some(Lapse::GuessableKeys),
    },
    Defect {
        slug: "no-keys",
        what: "sends payments without an idempotency key",
        caught_by: &["payment-keys", "no-forbidden-request"],
        plant: |policy| policy.lapse = Some(Lapse::NoKeys),
    },
    Defect {
        slug: "key-from-content",
        what: "derives the key from amount and creditor, so that two equal orders share it",
        caught_by: &["new-key-for-new-payment"],
        plant: |policy| policy.lapse = Some(Lapse::KeysFromContent),
    },
    Defect {
        slug: "key-written-late",
        what: "writes the key of an order down only when the bank has answered",
        caught_by: &["key-outlives-process", "one-payment"],
        plant: |policy| policy.lapse = Some(Lapse::KeyWrittenLate),
    },
    Defect {
        slug: "new-key-while-in-progress",
        what: "takes a new key while the first request still runs",
        caught_by: &["in-progress-waited-for", "same-key-and-body-on-retry"],
        plant: |policy| policy.lapse = Some(Lapse::NewKeyWhileInProgress),
    },
    Defect {
        slug: "new-key-on-conflict",
        what: "takes a new key when the bank says the old one is taken",
        caught_by: &["stops-on-key-conflict", "same-key-and-body-on-retry"],
        plant: |policy| policy.lapse = Some(Lapse::NewKeyOnConflict),
    },
    Defect {
        slug: "accepted-is-settled",
        what: "reports an accepted payment as settled",
        caught_by: &["settled-when-settled"],
        plant: |policy| policy.lapse = Some(Lapse::AcceptedIsSettled),
    },
    Defect {
        slug: "unknown-payment-is-settled",
        what: "takes a payment status it does not know for a success",
        caught_by: &["settled-when-settled"],
        plant: |policy| policy.lapse = Some(Lapse::UnknownPaymentIsSettled),
    },
    Defect {
        slug: "believes-last-word",
        what: "lets the status of a settled payment go back",
        caught_by: &["final-status-kept"],
        plant: |policy| policy.lapse = Some(Lapse::BelievesLastWord),
    },
    Defect {
        slug: "ignores-late-rejections",
        what: "does not look again at a payment that was accepted once",
        caught_by: &["late-refusals-noticed"],
        plant: |policy| policy.lapse = Some(Lapse::IgnoresLateRejections),
    },
    Defect {
        slug: "pays-again-after-rejection",
        what: "orders again what the bank rejected",
        caught_by: &["rejection-is-final"],
        plant: |policy| policy.lapse = Some(Lapse::PaysAgainAfterRejection),
    },
    Defect {
        slug: "claims-cancelled",
        what: "reports a payment as cancelled because it asked for that",
        caught_by: &["cancels-honestly"],
        plant: |policy| policy.lapse = Some(Lapse::ClaimsCancelled),
    },
    Defect {
        slug: "never-refreshes-ahead",
        what: "renews a token only when it has been refused",
        caught_by: &["refreshes-ahead"],
        plant: |policy| policy.lapse = Some(Lapse::NeverRefreshesAhead),
    },
    Defect {
        slug: "retries-invalid-grant",
        what: "sends a refused refresh token again",
        caught_by: &["stops-on-invalid-grant"],
        plant: |policy| policy.lapse = Some(Lapse::RetriesInvalidGrant),
    },
    Defect {
        slug: "refreshes-on-403",
        what: "refreshes its token when the bank says what it may not see",
        caught_by: &["no-refresh-on-forbidden"],
        plant: |policy| policy.lapse = Some(Lapse::RefreshesOnForbidden),
    },
    Defect {
        slug: "forgets-refresh-token",
        what: "throws its refresh token away when the bank gives no new one",
        caught_by: &["refresh-token-kept", "refresh-once"],
        plant: |policy| policy.lapse = Some(Lapse::ForgetsRefreshToken),
    },
    Defect {
        slug: "refresh-stampede",
        what: "refreshes three times at once",
        caught_by: &["refresh-once"],
        plant: |policy| policy.lapse = Some(Lapse::RefreshesInParallel),
    },
    Defect {
        slug: "goes-on-after-revocation",
        what: "goes on asking after the account holder withdrew the consent",
        caught_by: &["stops-on-revocation"],
        plant: |policy| policy.lapse = Some(Lapse::GoesOnAfterRevocation),
    },
    Defect {
        slug: "trusts-bank-clock",
        what: "judges the age of its token by the bank's Date",
        caught_by: &["survives-clock-skew"],
        plant: |policy| policy.lapse = Some(Lapse::TrustsBankClock),
    },
    Defect {
        slug: "keeps-duplicates",
        what: "keeps an entry as often as it was sent",
        caught_by: &["no-doubled-entries", "understands-transactions"],
        plant: |policy| policy.lapse = Some(Lapse::KeepsDuplicates),
    },
    Defect {
        slug: "bad-cursor-is-the-end",
        what: "takes a cursor that is no longer known for the end of the list",
        caught_by: &["restarts-invalidated-lists", "understands-transactions", "failures-reported"],
        plant: |policy| policy.lapse = Some(Lapse::BadCursorIsTheEnd),
    },
    Defect {
        slug: "never-reconciles",
        what: "does not notice that entries do not add up",
        caught_by: &["gaps-reported"],
        plant: |policy| policy.lapse = Some(Lapse::NeverReconciles),
    },
    Defect {
        slug: "remembers-pending",
        what: "keeps pending entries of earlier runs beside what became of them",
        caught_by: &["pending-matures"],
        plant: |policy| policy.lapse = Some(Lapse::RemembersPending),
    },
    Defect {
        slug: "keeps-old-balances",
        what: "reads new entries and hands them over with the balances of its first run",
        caught_by: &["balances-follow-entries"],
        plant: |policy| policy.lapse = Some(Lapse::KeepsOldBalances),
    },
    Defect {
        slug: "failed-is-empty",
        what: "hands over an empty list for one that failed",
        caught_by: &["failures-reported"],
        plant: |policy| policy.lapse = Some(Lapse::FailedIsEmpty),
    },
    Defect {
        slug: "stops-at-first-failure",
        what: "gives everything up when one account cannot be read",
        caught_by: &["degrades-partially", "understands-transactions"],
        plant: |policy| policy.lapse = Some(Lapse::StopsAtFirstFailure),
    },
    Defect {
        slug: "bad-row-loses-page",
        what: "loses a whole list to one row that cannot be read",
        caught_by: &["bad-row-alone"],
        plant: |policy| policy.lapse = Some(Lapse::BadRowLosesPage),
    },
    Defect {
        slug: "one-class-for-all",
        what: "reports every failure as the bank being down",
        caught_by: &["errors-classified"],
        plant: |policy| policy.lapse = Some(Lapse::OneClassForAll),
    },
    Defect {
        slug: "trusts-texts",
        what: "reads the class of a failure from its text",
        caught_by: &["errors-classified"],
        plant: |policy| policy.lapse = Some(Lapse::TrustsTexts),
    },
    Defect {
        slug: "chokes-on-null",
        what: "refuses a row that says null",
        caught_by: &["harmless-changes-tolerated"],
        plant: |policy| policy.lapse = Some(Lapse::ChokesOnNull),
    },
    Defect {
        slug: "refuses-new-members",
        what: "refuses a row with a member it does not know",
        caught_by: &["harmless-changes-tolerated"],
        plant: |policy| policy.lapse = Some(Lapse::RefusesNewMembers),
    },
    Defect {
        slug: "utc-days",
        what: "turns booking days into UTC days",
        caught_by: &["understands-transactions"],
        plant: |policy| policy.lapse = Some(Lapse::UtcDays),
    },
    Defect {
        slug: "signs-by-kind",
        what: "takes the direction of money from the kind of entry",
        caught_by: &["understands-transactions"],
        plant: |policy| policy.lapse = Some(Lapse::SignsByKind),
    },
    Defect {
        slug: "loses-natures",
        what: "takes every entry for an original",
        caught_by: &["understands-transactions"],
        plant: |policy| policy.lapse = Some(Lapse::LosesNatures),
    },
    Defect {
        slug: "token-in-address",
        what: "puts its token into the address as well",
        caught_by: &["leaks-nothing", "no-forbidden-request"],
        plant: |policy| policy.lapse = Some(Lapse::TokenInAddress),
    },
    Defect {
        slug: "linear-backoff",
        what: "waits longer each time by the same step (and asks seven times, so that it shows)",
        caught_by: &["backoff-exponential"],
        plant: |policy| {
            policy.growth = Growth::Linear;
            policy.attempts = 7;
        },
    },
    Defect {
        slug: "no-deadline",
        what: "waits for an answer as long as anything still comes",
        caught_by: &["total-deadline"],
        plant: |policy| {
            policy.request_limit = Duration::from_secs(60);
            policy.deadline = Duration::from_secs(60);
        },
    },
];

impl Defect {
    /// The wrong client of this name.
    pub fn find(slug: &str) -> Option<&'static Defect> {
        DEFECTS.iter().find(|defect| defect.slug == slug)
    }

    /// The careful policy with this defect in it.
    pub(crate) fn policy(&self) -> Policy {
        let mut policy = Policy::careful();
        (self.plant)(&mut policy);
        policy
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_defect_differs_from_the_careful_client_and_from_every_other() {
        for (index, defect) in DEFECTS.iter().enumerate() {
            assert_ne!(defect.policy(), Policy::careful(), "{} changes nothing", defect.slug);
            for other in &DEFECTS[index + 1..] {
                assert_ne!(defect.slug, other.slug);
                assert_ne!(defect.policy(), other.policy(), "{} and {}", defect.slug, other.slug);
            }
        }
    }

    #[test]
    fn every_defect_names_a_check_that_exists() {
        for defect in DEFECTS {
            assert!(!defect.caught_by.is_empty());
            for slug in defect.caught_by {
                assert!(crate::check::find(slug).is_some(), "{}: no check `{slug}`", defect.slug);
            }
        }
    }
}
