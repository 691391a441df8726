//! Reading the key `step_up` of a bank file: which calls take a better login.

use bank_fixtures::document::Value;

use super::read::{MONTH, SECOND, operations, span};
use crate::auth::StepUp;

/// Reads the list.
pub(super) fn read(value: Value<'_>) -> Option<Vec<StepUp>> {
    value.each(demand)
}

fn demand(value: Value<'_>) -> Option<StepUp> {
    let map = value.map(&["operations", "acr", "max_age"])?;
    let operations = map.required("operations").and_then(|value| value.each(operations));
    let levels = map.optional("acr").map(|value| value.each(|level| level.word_of(StepUp::LEVELS).map(str::to_owned)));
    let max_age = map.optional("max_age").map(|value| span(value, SECOND..=MONTH));
    if levels.is_none() && max_age.is_none() {
        value.refuse("a demand that demands nothing", "`acr`, a list of levels, or `max_age`, or both");
        return None;
    }
    Some(StepUp {
        operations: operations?.concat(),
        levels: levels.unwrap_or(Some(Vec::new()))?,
        max_age: max_age.map_or(Some(None), |read| read.map(Some))?,
    })
}
