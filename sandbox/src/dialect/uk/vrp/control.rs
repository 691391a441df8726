//! The control parameters of a consent: what they allow, and which of them an order breaks.

use bank_fixtures::money::Amount;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use rust_decimal::Decimal;

use super::body::VRP_TYPES;
use super::period::{Alignment, PERIODS, Period};
use crate::dialect::uk::error::{Code, Mistake};
use crate::dialect::uk::json::Json;
use crate::dialect::uk::{shape, value};

/// What domestic payments are made in.
pub(super) const UNIT: &str = "GBP";

/// What an account holder allowed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Controls {
    /// Most of one order.
    individual: Option<Amount>,
    limits: Vec<Limit>,
    kinds: Vec<String>,
    methods: Vec<String>,
    interactions: Vec<String>,
    /// First day, and last.
    from: Option<Date>,
    to: Option<Date>,
    /// The day periods begin with.
    since: Date,
}

/// A limit on what is ordered in a period.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Limit {
    period: Period,
    alignment: Alignment,
    amount: Option<Amount>,
}

/// A parameter that an order breaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Breach {
    /// Its path in the consent.
    pub(super) parameter: String,
    /// What was ordered, and what is left.
    pub(super) message: String,
}

const PLACE: &str = "Data.ControlParameters";

impl Controls {
    /// Reads parameters whose shape is right; of a consent that was made on a day, where the bank is.
    pub(super) fn read(parameters: &Json, (made, zone): (Date, &TimeZone)) -> Controls {
        // Only the day counts, whatever the time.
        let day = |name: &str| {
            let at = parameters.text(&[name]).and_then(shape::instant)?;
            Some(at.to_zoned(zone.clone()).date())
        };
        let words = |name: &str| -> Vec<String> {
            let list = parameters.get(name).map(Json::items).unwrap_or_default();
            list.iter().filter_map(|word| word.text(&[]).map(str::to_owned)).collect()
        };
        let limit = |row: &Json| {
            let named = row.text(&["PeriodType"])?;
            let (_, period) = *PERIODS.iter().find(|(name, _)| *name == named)?;
            let calendar = row.text(&["PeriodAlignment"]) == Some("Calendar");
            let alignment = if calendar { Alignment::Calendar } else { Alignment::Consent };
            Some(Limit { period, alignment, amount: value::money(row).map(|(amount, _)| amount) })
        };
        let limits = parameters.get("PeriodicLimits").map(Json::items).unwrap_or_default();
        let from = day("ValidFromDateTime");
        let interactions = Some(words("PSUInteractionTypes")).filter(|types| !types.is_empty());
        Controls {
            individual: parameters.get("MaximumIndividualAmount").and_then(value::money).map(|(amount, _)| amount),
            limits: limits.iter().filter_map(limit).collect(),
            kinds: words("VRPType"),
            methods: words("PSUAuthenticationMethods"),
            interactions: interactions.unwrap_or_else(|| vec![OFF_SESSION.to_owned()]),
            from,
            to: day("ValidToDateTime"),
            since: from.map_or(made, |from| from.max(made)),
        }
    }

    /// `true` if money is swept between accounts of one person.
    pub(super) fn is_sweeping(&self) -> bool {
        self.kinds.iter().any(|kind| kind == VRP_TYPES[0])
    }

    /// When the last day is over.
    pub(super) fn ends_at(&self, zone: &TimeZone) -> Option<Timestamp> {
        let next = self.to?.saturating_add(1.day());
        next.to_zoned(zone.clone()).ok().map(|start| start.timestamp())
    }

    /// What nobody could agree to on a day.
    pub(super) fn mistakes(&self, today: Date, mistakes: &mut Vec<Mistake>) {
        let mut wrong = |code, field: &str, message: &str| {
            mistakes.push(Mistake::new(code, &format!("{PLACE}.{field}"), message));
        };
        if self.to.is_some_and(|to| to < today || self.from.is_some_and(|from| from > to)) {
            wrong(Code::InvalidDate, "ValidToDateTime", "write a day that is to come and not before the first one");
        }
        match self.individual {
            Some(amount) if amount.currency().code() != UNIT => {
                wrong(Code::Currency, "MaximumIndividualAmount.Currency", "domestic payments are made in GBP");
            }
            Some(amount) if !amount.value().is_zero() => {}
            _ => wrong(Code::Invalid, "MaximumIndividualAmount.Amount", "write an amount above zero"),
        }
        for (index, limit) in self.limits.iter().enumerate() {
            let field = |name: &str| format!("PeriodicLimits[{index}].{name}");
            if limit.period == Period::Fortnight && limit.alignment == Alignment::Calendar {
                wrong(Code::Invalid, &field("PeriodAlignment"), "a fortnight begins with the consent: write Consent");
            }
            match limit.amount {
                Some(amount) if amount.currency().code() != UNIT => {
                    wrong(Code::Currency, &field("Currency"), "domestic payments are made in GBP");
                }
                Some(amount) if !amount.value().is_zero() => {}
                _ => wrong(Code::Invalid, &field("Amount"), "write an amount above zero"),
            }
        }
    }

    /// The first parameter that an order of an amount on a day breaks; `spent` knows what was ordered from a day to another.
    pub(super) fn breach(
        &self,
        order: &Json,
        (amount, today): (Amount, Date),
        spent: impl Fn(Date, Date) -> Decimal,
    ) -> Option<Breach> {
        let breach = |field: &str, message: String| Some(Breach { parameter: format!("{PLACE}.{field}"), message });
        let word = |name: &str| order.text(&["Data", name]);
        for (name, field, allowed) in [
            ("VRPType", "VRPType", &self.kinds),
            ("PSUAuthenticationMethod", "PSUAuthenticationMethods", &self.methods),
            ("PSUInteractionType", "PSUInteractionTypes", &self.interactions),
        ] {
            let said = word(name).unwrap_or(OFF_SESSION);
            if !allowed.iter().any(|word| word == said) {
                return breach(field, format!("{said} was not agreed to: {} was", allowed.join(", ")));
            }
        }
        if let Some(from) = self.from.filter(|from| today < *from) {
            return breach("ValidFromDateTime", format!("the consent begins on {from}"));
        }
        if let Some(to) = self.to.filter(|to| today > *to) {
            return breach("ValidToDateTime", format!("the consent ended with {to}"));
        }
        let individual = self.individual.filter(|most| fits(*most, amount.value(), amount).is_none());
        if let Some(most) = individual {
            return breach("MaximumIndividualAmount", format!("{amount} is more than {most}"));
        }
        self.limits.iter().enumerate().find_map(|(index, limit)| {
            let most = limit.amount?;
            let (first, last) = limit.period.around(limit.alignment, self.since, today);
            let worth = limit.period.worth(limit.alignment, most.value(), self.since, today);
            let before = spent(first, last);
            let due = Amount::new(worth, most.currency());
            if fits(due, before + amount.value(), amount).is_some() {
                return None;
            }
            let left = Amount::new((worth - before).max(Decimal::ZERO), most.currency());
            let message = format!("{amount} is more than what is left from {first} to {last}: {left} of {due}");
            breach(&format!("PeriodicLimits[{index}]"), message)
        })
    }
}

/// A sum that a limit in the same currency lets through.
fn fits(most: Amount, sum: Decimal, amount: Amount) -> Option<Decimal> {
    (most.currency() == amount.currency() && sum <= most.value()).then_some(sum)
}

/// What an order is that does not say whether the account holder is there.
const OFF_SESSION: &str = "OffSession";
