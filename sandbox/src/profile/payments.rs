//! The key `payments` of a bank file: how the bank treats orders beyond the time they take.
//!
//! Owns cut-off times, charges, exchange rates and the amounts that testers use to choose what becomes of a payment. Without
//! the key a bank has none of them.

use std::time::Duration;

use bank_fixtures::calendar::Holidays;
use bank_fixtures::currency::Currency;
use bank_fixtures::document::{Map, Value};
use bank_fixtures::money::Amount;
use jiff::Timestamp;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use rust_decimal::{Decimal, RoundingStrategy};

use super::read::{MONTH, SECOND, span};
use crate::bank::Fate;
use crate::fault::outcome;

/// How a bank treats orders.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentPolicy {
    /// Until when, in the bank's zone and on its working days, an order is carried out on the same day.
    pub cut_offs: Vec<(Rail, Time)>,
    /// What becomes of an order that comes later.
    pub after_cut_off: AfterCutOff,
    /// What the payer is charged, in the currency of the account.
    pub charges: Vec<(Rail, Decimal)>,
    /// Units of the second currency for one unit of the first.
    pub rates: Vec<(Currency, Currency, Decimal)>,
    /// How long the bank keeps to a rate it has told.
    pub rate_holds: Duration,
    /// When the other side has the money of a payment that was booked; `None` is never told.
    pub credited_after: Option<Duration>,
    /// How long an order waits for another account holder.
    pub second_holder_within: Duration,
    /// Amounts that choose what becomes of a payment, whoever orders it and in whichever currency.
    pub magic_amounts: Vec<(Decimal, Fate)>,
}

/// The way money takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rail {
    /// At once, at any hour.
    Instant,
    /// In batches, on working days.
    Batch,
    /// On the same working day, for large amounts.
    SameDay,
    /// Abroad, or in another currency.
    International,
}

/// What becomes of an order that comes after its cut-off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AfterCutOff {
    /// It is refused.
    Refused,
    /// It is carried out on the next working day.
    NextDay,
}

const RAILS: &[(&str, Rail)] = &[
    ("instant", Rail::Instant),
    ("batch", Rail::Batch),
    ("same_day", Rail::SameDay),
    ("international", Rail::International),
];

const RAIL_KEYS: &[&str] = &["instant", "batch", "same_day", "international"];

const KEYS: &[&str] = &[
    "cut_off",
    "after_cut_off",
    "charges",
    "rates",
    "rate_holds",
    "credited_after",
    "second_holder_within",
    "magic_amounts",
];

impl PaymentPolicy {
    /// That of a bank whose file says nothing.
    pub fn none() -> PaymentPolicy {
        PaymentPolicy {
            cut_offs: Vec::new(),
            after_cut_off: AfterCutOff::NextDay,
            charges: Vec::new(),
            rates: Vec::new(),
            rate_holds: Duration::from_secs(1_800),
            credited_after: None,
            second_holder_within: MONTH,
            magic_amounts: Vec::new(),
        }
    }

    /// What becomes of a payment because of its amount.
    pub fn outcome_of(&self, amount: Amount) -> Option<Fate> {
        self.magic_amounts.iter().find(|(magic, _)| *magic == amount.value()).map(|(_, fate)| fate.clone())
    }

    /// Units of `to` for one unit of `from`.
    pub fn rate(&self, from: Currency, to: Currency) -> Option<Decimal> {
        let direct = |from: Currency, to: Currency| {
            let row = |row: &&(Currency, Currency, Decimal)| row.0 == from && row.1 == to;
            let back = |row: &&(Currency, Currency, Decimal)| row.0 == to && row.1 == from;
            let forward = self.rates.iter().find(row).map(|row| row.2);
            forward.or_else(|| Decimal::ONE.checked_div(self.rates.iter().find(back)?.2))
        };
        if from == to {
            return Some(Decimal::ONE);
        }
        let through = || {
            let middle = self.rates.iter().map(|row| row.0);
            middle.into_iter().find_map(|middle| direct(from, middle)?.checked_mul(direct(middle, to)?))
        };
        direct(from, to).or_else(through).map(|rate| rate.round_dp(6).normalize())
    }

    /// An amount in another currency, at the bank's rate.
    pub fn exchanged(&self, amount: Amount, to: Currency) -> Option<Amount> {
        self.rate(amount.currency(), to).and_then(|rate| exchanged_at(amount, rate, to))
    }

    /// What the payer is charged for an order on this rail.
    pub fn charge(&self, rail: Rail) -> Option<Decimal> {
        self.charges.iter().find(|row| row.0 == rail).map(|row| row.1)
    }

    /// The next cut-off of a rail at or after an instant, if it has one.
    pub fn cut_off(&self, rail: Rail, now: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        let time = self.cut_offs.iter().find(|row| row.0 == rail)?.1;
        let on = |day: Date| Some(day.to_datetime(time).to_zoned(zone.clone()).ok()?.timestamp());
        let today = now.to_zoned(zone.clone()).date();
        let first = if on(today)? < now { today.tomorrow().ok()? } else { today };
        on(working_days(zone).business_day_from(first))
    }

    /// The day on which an order on this rail is carried out if it comes now: today, or the next working day where there is
    /// a cut-off that is over.
    pub fn day_of(&self, rail: Rail, now: Timestamp, zone: &TimeZone) -> Date {
        let today = now.to_zoned(zone.clone()).date();
        let cut_off = self.cut_off(rail, now, zone);
        cut_off.map_or(today, |at| at.to_zoned(zone.clone()).date())
    }
}

/// An amount at a given rate, in whole units of the other currency.
pub fn exchanged_at(amount: Amount, rate: Decimal, to: Currency) -> Option<Amount> {
    let places = u32::from(to.exponent()?);
    let value = amount.value().checked_mul(rate)?;
    Some(Amount::new(value.round_dp_with_strategy(places, RoundingStrategy::MidpointAwayFromZero), to))
}

/// Whose bank holidays a bank keeps, by its zone.
pub fn working_days(zone: &TimeZone) -> Holidays {
    match zone.iana_name().unwrap_or_default() {
        "Europe/London" | "Europe/Belfast" => Holidays::EnglandAndWales,
        "America/Sao_Paulo" => Holidays::Brazil,
        "America/Mexico_City" => Holidays::Mexico,
        name if name.starts_with("America/") => Holidays::FederalReserve,
        name if name.starts_with("Australia/") => Holidays::Australia,
        _ => Holidays::Target,
    }
}

/// Reads the key. What is not said stays as it is in `base`.
pub(super) fn read(value: Value<'_>, base: &PaymentPolicy) -> Option<PaymentPolicy> {
    let map = value.map(KEYS)?;
    let mut policy = base.clone();
    let cut_offs = map.optional("cut_off").map(|value| by_rail(value, time));
    let charges = map.optional("charges").map(|value| by_rail(value, charge));
    let late = map
        .optional("after_cut_off")
        .map(|value| value.one_of(&[("refused", AfterCutOff::Refused), ("next-day", AfterCutOff::NextDay)]));
    let rates = map.optional("rates").map(rates);
    let magic = map.optional("magic_amounts").map(magic_amounts);
    let length = |map: Map<'_>, key| map.optional(key).map(|value| span(value, SECOND..=MONTH));
    let (holds, credited, second) =
        (length(map, "rate_holds"), length(map, "credited_after"), length(map, "second_holder_within"));
    if let Some(read) = cut_offs {
        policy.cut_offs = read?;
    }
    if let Some(read) = charges {
        policy.charges = read?;
    }
    if let Some(read) = late {
        policy.after_cut_off = read?;
    }
    if let Some(read) = rates {
        policy.rates = read?;
    }
    if let Some(read) = magic {
        policy.magic_amounts = read?;
    }
    if let Some(read) = holds {
        policy.rate_holds = read?;
    }
    if let Some(read) = credited {
        policy.credited_after = Some(read?);
    }
    if let Some(read) = second {
        policy.second_holder_within = read?;
    }
    Some(policy)
}

fn by_rail<T>(value: Value<'_>, read: impl Fn(Value<'_>) -> Option<T>) -> Option<Vec<(Rail, T)>> {
    let map = value.map(RAIL_KEYS)?;
    let rows: Vec<_> =
        RAILS.iter().filter_map(|(name, rail)| map.optional(name).map(|value| Some((*rail, read(value)?)))).collect();
    rows.into_iter().collect()
}

fn time(value: Value<'_>) -> Option<Time> {
    value.parse("a time of the day in quotes: \"15:30\"", |text| {
        Time::strptime("%H:%M", text).map_err(|_| format!("`{text}` is no time of the day"))
    })
}

fn charge(value: Value<'_>) -> Option<Decimal> {
    value.parse("a decimal above 0, in quotes: \"7.50\"", positive)
}

fn positive(text: &str) -> Result<Decimal, String> {
    let read = text.parse::<Decimal>().ok().filter(|value| *value > Decimal::ZERO && value.scale() <= 10);
    read.ok_or_else(|| format!("`{text}` is not a decimal above 0"))
}

fn rates(value: Value<'_>) -> Option<Vec<(Currency, Currency, Decimal)>> {
    let rows = value.entries()?.into_iter().map(|(pair, rate)| {
        let read = pair.parse("two ISO 4217 codes: GBP/EUR", |text| {
            let codes = text.split_once('/').and_then(|(from, to)| Some((from.parse().ok()?, to.parse().ok()?)));
            codes.ok_or_else(|| format!("`{text}` is no pair of currencies"))
        });
        let rate = rate.parse("how many of the second currency one of the first is, in quotes: \"1.1720\"", positive);
        let (from, to) = read?;
        Some((from, to, rate?))
    });
    // Every row is read, so that every mistake is told.
    rows.collect::<Vec<_>>().into_iter().collect()
}

fn magic_amounts(value: Value<'_>) -> Option<Vec<(Decimal, Fate)>> {
    let rows = value.entries()?.into_iter().map(|(amount, end)| {
        let amount = amount.parse("an amount in quotes: \"10.01\"", positive);
        let end = end.map(&["payment.status", "reason"]).and_then(|map| outcome::payment(&map));
        Some((amount?, Fate::from(&end?)))
    });
    rows.collect::<Vec<_>>().into_iter().collect()
}

#[cfg(test)]
mod tests {
    use bank_fixtures::document;

    use super::*;

    fn policy(text: &str) -> PaymentPolicy {
        document::read("bank.yaml", text, |value| read(value, &PaymentPolicy::none())).unwrap()
    }

    #[test]
    fn a_cut_off_is_on_a_working_day() {
        let zone = TimeZone::get("Europe/London").unwrap();
        let policy = policy("cut_off: {same_day: \"15:30\"}");
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let next = |now: &str| policy.cut_off(Rail::SameDay, at(now), &zone);
        assert_eq!(next("2026-03-02T09:00:00Z"), Some(at("2026-03-02T15:30:00Z")));
        assert_eq!(next("2026-03-02T15:30:01Z"), Some(at("2026-03-03T15:30:00Z")));
        // Over Easter, and into summer time.
        assert_eq!(next("2026-04-02T15:00:00Z"), Some(at("2026-04-07T14:30:00Z")));
        assert_eq!(policy.cut_off(Rail::Instant, at("2026-03-02T09:00:00Z"), &zone), None);
    }

    #[test]
    fn rates_go_both_ways_and_through_a_third_currency() {
        let policy = policy("rates: {GBP/EUR: \"1.25\", GBP/USD: \"1.5\"}");
        let of =
            |from: &str, to: &str| policy.rate(from.parse().unwrap(), to.parse().unwrap()).map(|rate| rate.to_string());
        assert_eq!(of("GBP", "EUR").as_deref(), Some("1.25"));
        assert_eq!(of("EUR", "GBP").as_deref(), Some("0.8"));
        assert_eq!(of("EUR", "USD").as_deref(), Some("1.2"));
        assert_eq!(of("GBP", "JPY"), None);
        let euros = Amount::parse("10.01", Currency::EUR).unwrap();
        assert_eq!(policy.exchanged(euros, Currency::GBP).unwrap().text(), "8.01");
    }

    #[test]
    fn every_mistake_is_reported_at_once() {
        let text = "cut_off: {chaps: \"15:30\", batch: \"25:00\"}\nafter_cut_off: later\ncharges: {instant: free}\nrates: {GBP: \"1\", GBP/EUR: \"-1\"}\nrate_holds: 0s\nmagic_amounts: {ten: {payment.status: RJCT}, \"10.01\": {payment.status: RJTC}}\n";
        let wrong = document::read("bank.yaml", text, |value| read(value, &PaymentPolicy::none())).unwrap_err();
        insta::assert_snapshot!(wrong);
    }
}
