//! What UK Open Banking demands of a bank, resource by resource: each check one row of data.
//!
//! A row says who asks, for what, and what a good answer has; [`case`] asks and compares. Versions 3.1 and 4.0 share the rows:
//! where their words differ, a row has both. Clauses are named by the pages of the Read/Write specification.

mod account;
mod case;
mod consent;
#[cfg(test)]
mod doctored;
mod event;
mod funds;
mod header;
mod payment;
mod resource;
mod row;
mod transaction;
mod vrp;

use super::Check;

/// Every check of this area, by resource.
pub(super) static TABLES: &[&[&Check]] = &[
    consent::CHECKS,
    account::CHECKS,
    transaction::CHECKS,
    resource::CHECKS,
    header::CHECKS,
    payment::CHECKS,
    vrp::CHECKS,
    funds::CHECKS,
    event::CHECKS,
];

/// Makes checks of rows.
macro_rules! checks {
    ($($slug:literal, $title:literal, $source:literal, $advice:literal => $row:expr;)*) => {
        /// The rows of this resource, each with its name.
        #[cfg(test)]
        pub(super) const ROWS: &[(&str, &crate::check::uk::row::Row)] = &[$(($slug, &$row),)*];
        /// The checks of this resource.
        pub(super) static CHECKS: &[&crate::check::Check] = &[$(&crate::check::Check {
            slug: $slug,
            ids: &[],
            title: $title,
            source: $source,
            advice: $advice,
            area: crate::check::Area::UkOpenBanking,
            params: &[],
            run: crate::check::Run::Bank(|bank| {
                static ROW: crate::check::uk::row::Row = $row;
                crate::probe::judged(crate::check::uk::case::run(bank, &ROW))
            }),
        },)*];
    };
}
use checks;
