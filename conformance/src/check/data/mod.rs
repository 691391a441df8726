//! Checks of whether a bank's data are well-formed and add up.

use std::sync::Arc;

use super::Check;
use crate::normalise::{Warning, WarningCode};
use crate::probe::Reading;
use crate::verdict::{Evidence, Exchange, Finding};

mod amounts_exact;
mod balances_reconcile;
mod currencies_agree;
mod dates_valid;
mod identifiers_valid;
mod ids_stable;
mod ids_unique;
mod schema_followed;

/// Every check of this area, in the order in which they run.
pub(super) static CHECKS: &[&Check] = &[
    &schema_followed::CHECK,
    &amounts_exact::CHECK,
    &currencies_agree::CHECK,
    &dates_valid::CHECK,
    &ids_unique::CHECK,
    &ids_stable::CHECK,
    &identifiers_valid::CHECK,
    &balances_reconcile::CHECK,
];

/// One finding for each deviation of these kinds.
fn of_codes(reading: &Reading, codes: &[WarningCode]) -> Vec<Finding> {
    let wanted = reading.warnings.iter().filter(|(warning, _)| codes.contains(&warning.code));
    wanted.map(|(warning, exchange)| finding(warning, exchange)).collect()
}

/// One finding for each value of another JSON type: amounts and rates, or everything else.
fn coerced(reading: &Reading, of_amounts: bool) -> Vec<Finding> {
    let is_amount = |pointer: &str| pointer.ends_with("/value") || pointer.ends_with("/rate");
    let wanted = reading
        .warnings
        .iter()
        .filter(|(warning, _)| warning.code == WarningCode::TypeCoerced && is_amount(&warning.pointer) == of_amounts);
    wanted.map(|(warning, exchange)| finding(warning, exchange)).collect()
}

fn finding(warning: &Warning, exchange: &Arc<Exchange>) -> Finding {
    let what = format!("{}: {}", warning.code.name(), warning.message);
    Finding::new(what).with(Evidence::from(Arc::clone(exchange)).at(&warning.pointer))
}
