//! Deliberately wrong clients: the careful one with one choice replaced.
//!
//! Owns the table of defects and which checks must catch each. Proves that every check of clients can fail.

use std::time::Duration;

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
        what: "never stops asking a bank that is down (here: stops after 30 attempts, so that a run ends)",
        caught_by: &["attempts-capped"],
        plant: |policy| {
            policy.attempts = 30;
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
        caught_by: &["survives-reset", "rejects-broken-bodies"],
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
        what: "follows a next link that leads nowhere new (here: 100 pages, so that a run ends)",
        caught_by: &["paging-loop-guard"],
        plant: |policy| {
            policy.paging_guard = PagingGuard::None;
            policy.pages = 100;
        },
    },
    Defect {
        slug: "follows-foreign-links",
        what: "takes its token to whatever host a next link names",
        caught_by: &["same-origin-links"],
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
    fn the_documentation_lists_every_defect() {
        let page = include_str!("../../../docs/judge-your-client.md");
        for defect in DEFECTS {
            let checks: Vec<String> = defect.caught_by.iter().map(|slug| format!("`{slug}`")).collect();
            let row = format!("| `{}` | {} | {} |", defect.slug, defect.what, checks.join(", "));
            assert!(page.contains(&row), "docs/judge-your-client.md lacks the row\n{row}");
        }
        let table = page.rsplit("|---|---|---|\n").next().unwrap();
        assert_eq!(table.lines().count(), DEFECTS.len(), "the table has rows of defects long gone");
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
