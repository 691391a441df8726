//! Suites: which checks are run together, and how grave a failure of each is.
//!
//! Owns the built-in suites and the severities. Knows nothing of how a check works.

use crate::check::{self, Area, Check, Run};
use crate::params::Params;

/// How grave a failure is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Severity {
    /// The source demands it: a failure fails the run.
    Must,
    /// The source recommends it: a failure warns.
    Should,
    /// Good practice: a failure warns.
    May,
}

/// A built-in selection of checks.
#[derive(Debug)]
pub struct Suite {
    /// Name on the command line.
    pub slug: &'static str,
    /// What it is about, in one line.
    pub title: &'static str,
    /// The areas it covers.
    pub areas: &'static [Area],
}

/// A check chosen for a run, with its severity and parameters.
#[derive(Debug, Clone)]
pub struct Selected {
    /// The check.
    pub check: &'static Check,
    /// How grave a failure is.
    pub severity: Severity,
    /// Its parameters.
    pub params: Params,
    /// Who asked for it.
    pub asked: Asked,
}

/// Who asked for a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// A suite or a scenario: whatever comes out is told.
    ByName,
    /// Nobody: it holds whatever the scenario, and only a failure is worth telling.
    Always,
}

/// Every built-in suite.
pub static SUITES: &[Suite] = &[
    Suite {
        slug: "bank",
        title: "everything that can be judged of a bank",
        areas: &[Area::Authorization, Area::Errors, Area::Paging, Area::Payments, Area::Data, Area::Limits],
    },
    Suite {
        slug: "bank-security",
        title: "negative tests of a bank's authorization server and tokens",
        areas: &[Area::Authorization],
    },
    Suite {
        slug: "bank-errors",
        title: "how a bank says no, and whether its answers are what HTTP says they are",
        areas: &[Area::Errors],
    },
    Suite {
        slug: "bank-paging",
        title: "lists: no row lost or doubled, links, order, filters",
        areas: &[Area::Paging],
    },
    Suite { slug: "bank-payments", title: "payment orders and idempotency keys", areas: &[Area::Payments] },
    Suite { slug: "bank-data", title: "well-formed data that add up", areas: &[Area::Data] },
    Suite {
        slug: "bank-uk-open-banking",
        title: "what UK Open Banking demands of a bank, resource by resource (version 3.1 or 4.0)",
        areas: &[Area::UkOpenBanking],
    },
    Suite { slug: "bank-limits", title: "throttling and recovery", areas: &[Area::Limits] },
    Suite {
        slug: "client",
        title: "a client integration on the wire, with money, in what it understood, as the receiver of webhooks, and in logins",
        areas: &[
            Area::ClientWire,
            Area::ClientPayments,
            Area::ClientUnderstanding,
            Area::ClientNotifications,
            Area::ClientLogin,
        ],
    },
];

/// Checks whose failure is not a failure of the run; every other check is a must.
static LESSER: &[(&str, Severity)] = &[
    ("accepts-rotated-webhook-keys", Severity::Should),
    ("checks-signatures", Severity::Should),
    ("gives-up-on-refusals", Severity::Should),
    ("guards-webhook-endpoint", Severity::Should),
    ("ignores-unknown-webhook-types", Severity::Should),
    ("backoff-exponential", Severity::Should),
    ("balances-follow-entries", Severity::Should),
    ("cancels-honestly", Severity::Should),
    ("circuit-opens", Severity::Should),
    ("encodings-decoded", Severity::Should),
    ("gaps-reported", Severity::Should),
    ("limit-headers", Severity::Should),
    ("refreshes-ahead", Severity::Should),
    ("request-id-echoed", Severity::Should),
    ("retry-after-spread", Severity::Should),
    ("retry-budget", Severity::Should),
    ("survives-clock-skew", Severity::Should),
    ("survives-hostile-bodies", Severity::Should),
    ("unknown-errors-back-off", Severity::Should),
    ("unknown-parameters-harmless", Severity::May),
];

impl Severity {
    /// The word used in reports.
    pub fn name(self) -> &'static str {
        match self {
            Severity::Must => "must",
            Severity::Should => "should",
            Severity::May => "may",
        }
    }

    /// The severity of a check in the built-in suites.
    pub fn of(check: &Check) -> Severity {
        LESSER.iter().find(|(slug, _)| *slug == check.slug).map_or(Severity::Must, |(_, severity)| *severity)
    }
}

impl Suite {
    /// Its checks, in the order of the table.
    pub fn checks(&self) -> impl Iterator<Item = &'static Check> + '_ {
        check::all().filter(|check| self.areas.contains(&check.area))
    }
}

impl Selected {
    /// A check with its built-in severity and its declared defaults.
    pub fn built_in(check: &'static Check) -> Selected {
        Selected { check, severity: Severity::of(check), params: Params::defaults(check.params), asked: Asked::ByName }
    }

    /// `true` for a check of banks.
    pub fn is_of_bank(&self) -> bool {
        matches!(self.check.run, Run::Bank(_))
    }
}

/// The suite of this name.
pub fn find(slug: &str) -> Option<&'static Suite> {
    SUITES.iter().find(|suite| suite.slug == slug)
}
