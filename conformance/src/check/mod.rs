//! The checks: one file each, one line in a table each.
//!
//! Owns what a check is and where it is found by name. A check states facts; how grave a failure is, the suite says.

use futures_util::future::BoxFuture;

use crate::client_target::Evidence;
use crate::dialect::{self, Dialect};
use crate::params::{Param, Params};
use crate::probe::BankProbe;
use crate::verdict::Verdict;

mod assertion;
mod authorization;
mod certificate;
pub mod client;
mod data;
#[cfg(test)]
mod doctored;
mod errors;
#[cfg(test)]
mod lenient;
mod limits;
mod paging;
mod payments;
mod polled;
mod proof;
mod push;
mod registration;
mod request;
mod uk;

/// Every check, table by table, in the order in which they are listed and run.
static TABLES: &[&[&Check]] = &[
    authorization::CHECKS,
    assertion::CHECKS,
    push::CHECKS,
    proof::CHECKS,
    certificate::CHECKS,
    request::CHECKS,
    polled::CHECKS,
    registration::CHECKS,
    errors::CHECKS,
    paging::CHECKS,
    data::CHECKS,
    payments::CHECKS,
    limits::CHECKS,
    client::CHECKS,
    client::notifications::CHECKS,
    client::logins::CHECKS,
];

/// One fact about a bank or a client.
pub struct Check {
    /// Name in files, reports and on the command line, kebab-case.
    pub slug: &'static str,
    /// Catalogue ids it covers: `C01`, `N24`, `H1`.
    pub ids: &'static [&'static str],
    /// The fact, as a sentence about a good target.
    pub title: &'static str,
    /// The clause it follows from, or `house`.
    pub source: &'static str,
    /// What to do when it fails.
    pub advice: &'static str,
    /// Part of the subject it belongs to.
    pub area: Area,
    /// Parameters it understands.
    pub params: &'static [Param],
    /// How it is run.
    pub run: Run,
}

/// The contract of the generic bank, as checks cite it.
const GENERIC_CONTRACT: &str = "docs/generic-api.md";

impl Check {
    /// Whether a bank of this dialect is held to it. What is read through the dialect's own reader and what OAuth demands
    /// hold of all of them; what asks for resources by the generic contract's paths is for banks that speak it.
    pub fn applies_to(&self, dialect: &dyn Dialect) -> bool {
        let everywhere = match self.area {
            Area::UkOpenBanking => return dialect.area() == Some(self.area),
            Area::Data => true,
            Area::Authorization => !self.source.contains(GENERIC_CONTRACT),
            _ => self.slug == errors::READS_ANSWER,
        };
        everywhere || dialect.slug() == dialect::usual().slug()
    }
}

/// How a check is run.
pub enum Run {
    /// By talking to a bank.
    Bank(for<'a> fn(&'a BankProbe) -> BoxFuture<'a, Verdict>),
    /// By judging what was recorded while a client ran: pure.
    Client(fn(&Evidence, &Params) -> Verdict),
}

/// Part of the subject a check belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Area {
    /// OAuth 2 and tokens at a bank.
    Authorization,
    /// How a bank says no.
    Errors,
    /// Lists of a bank.
    Paging,
    /// Payments and idempotency keys at a bank.
    Payments,
    /// Whether a bank's data are well-formed and add up.
    Data,
    /// Throttling by a bank.
    Limits,
    /// What UK Open Banking demands of a bank.
    UkOpenBanking,
    /// What a client did on the wire.
    ClientWire,
    /// How a client moves money.
    ClientPayments,
    /// What a client understood.
    ClientUnderstanding,
    /// How a client takes what a bank tells it.
    ClientNotifications,
    /// What a client believes while it logs an account holder in.
    ClientLogin,
}

impl Area {
    /// The name used in reports.
    pub fn name(self) -> &'static str {
        match self {
            Area::Authorization => "authorization",
            Area::Errors => "errors",
            Area::Paging => "paging",
            Area::Payments => "payments",
            Area::Data => "data",
            Area::Limits => "limits",
            Area::UkOpenBanking => "uk-open-banking",
            Area::ClientWire => "client-wire",
            Area::ClientPayments => "client-payments",
            Area::ClientUnderstanding => "client-understanding",
            Area::ClientNotifications => "client-notifications",
            Area::ClientLogin => "client-login",
        }
    }
}

/// Every check, in the order of the tables.
pub fn all() -> impl Iterator<Item = &'static Check> {
    TABLES.iter().chain(uk::TABLES).flat_map(|table| table.iter().copied())
}

/// The check of this name.
pub fn find(slug: &str) -> Option<&'static Check> {
    all().find(|check| check.slug == slug)
}

impl std::fmt::Debug for Check {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Check").field(&self.slug).finish()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::suite::SUITES;

    #[test]
    fn every_check_is_well_described_and_found_by_its_name() {
        let mut slugs = HashSet::new();
        for check in all() {
            let slug = check.slug;
            assert!(slug.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'), "{slug}");
            assert!(slugs.insert(slug), "{slug} is there twice");
            assert_eq!(find(slug).map(|found| found.slug), Some(slug));
            assert!(!check.source.is_empty() && check.advice.ends_with('.'), "{slug} needs a source and advice");
            assert!(!check.title.ends_with('.'), "{slug}: {}", check.title);
            let is_id =
                |id: &str| id.len() >= 2 && id.starts_with(char::is_uppercase) && id[1..].parse::<u16>().is_ok();
            assert!(check.ids.iter().all(|id| is_id(id)), "{slug}: {:?}", check.ids);
            assert!(SUITES.iter().any(|suite| suite.areas.contains(&check.area)), "{slug} is in no suite");
        }
        assert!(slugs.len() >= 50);
    }
}
