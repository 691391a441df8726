//! Reading the key `settlement` of a bank file: how long payments take, and on which days the bank works on them.

use std::time::Duration;

use bank_fixtures::document::{Map, Value};
use bank_fixtures::market::{Hours, MARKETS, Market};
use jiff::civil::Time;

use super::Settlement;
use super::read::{MONTH, key, span};

const KEYS: &[&str] = &["clearing_after", "booked_after", "business_days", "cut_off"];

/// Reads the key; a part that is not said is that of `base`.
pub(super) fn read(value: Value<'_>, base: Option<&Settlement>) -> Option<Settlement> {
    let map = value.map(KEYS)?;
    let whole = Duration::ZERO..=MONTH;
    let clearing_after =
        key(map, "clearing_after", base.map(|base| &base.clearing_after), |value| span(value, whole.clone()));
    let booked_after =
        key(map, "booked_after", base.map(|base| &base.booked_after), |value| span(value, whole.clone()));
    let hours = hours(map, base.and_then(|base| base.hours));
    let settlement = Settlement { clearing_after: clearing_after?, booked_after: booked_after?, hours: hours? };
    if settlement.booked_after < settlement.clearing_after {
        value.refuse("a payment would be booked before it is cleared", "clearing_after <= booked_after");
        return None;
    }
    Some(settlement)
}

/// `business_days: DE` with the cut-off usual there, or with one of its own; `every` for a bank that never closes.
fn hours(map: Map<'_>, base: Option<Hours>) -> Option<Option<Hours>> {
    let named = match map.optional("business_days") {
        Some(value) => {
            let never = [("every", None)].into_iter();
            let words: Vec<(&str, Option<Market>)> =
                never.chain(MARKETS.iter().map(|(code, market)| (*code, Some(*market)))).collect();
            value.one_of(&words)?.map(Market::hours)
        }
        None => base,
    };
    let Some(value) = map.optional("cut_off") else { return Some(named) };
    let cut_off = value.parse("a time of day such as 17:00", |text| {
        let shaped = text.len() == 5 && text.as_bytes()[2] == b':';
        let time = shaped.then(|| Time::strptime("%H:%M", text).ok()).flatten();
        time.ok_or_else(|| format!("`{text}` is not a time of day"))
    })?;
    let Some(hours) = named else {
        value.refuse("a cut-off of a bank that never closes", "`business_days` beside it, such as `business_days: DE`");
        return None;
    };
    Some(Some(Hours { cut_off, ..hours }))
}
