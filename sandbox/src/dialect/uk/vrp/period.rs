//! The periods of a limit: which days belong together, and what the limit is worth in them.
//!
//! Pure arithmetic on days (Read/Write specification, Domestic VRP consents, Periodic Limits). A period aligned to the consent
//! begins with the consent; one aligned to the calendar begins with the calendar's own, and the first of them, which the
//! consent joins on its way, is worth the share of its days that are left.

use jiff::ToSpan;
use jiff::civil::{Date, Weekday};
use rust_decimal::{Decimal, RoundingStrategy};

/// How long a period is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Period {
    Day,
    Week,
    Fortnight,
    Month,
    HalfYear,
    Year,
}

/// What a period begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Alignment {
    Consent,
    Calendar,
}

/// Every period with its name in bodies.
pub(super) const PERIODS: &[(&str, Period)] = &[
    ("Day", Period::Day),
    ("Week", Period::Week),
    ("Fortnight", Period::Fortnight),
    ("Month", Period::Month),
    ("Half-year", Period::HalfYear),
    ("Year", Period::Year),
];

impl Period {
    /// First and last day of the period that a day belongs to, for a consent in force since a day that is not later.
    pub(super) fn around(self, alignment: Alignment, since: Date, day: Date) -> (Date, Date) {
        match alignment {
            Alignment::Consent => self.since(since, day.max(since)),
            Alignment::Calendar => self.of_calendar(day),
        }
    }

    /// What a limit is worth in the period of a day: all of it but in the calendar period the consent began in.
    pub(super) fn worth(self, alignment: Alignment, amount: Decimal, since: Date, day: Date) -> Decimal {
        let (first, last) = self.around(alignment, since, day);
        if alignment == Alignment::Consent || first >= since || last < since {
            return amount;
        }
        let share = amount * Decimal::from(days(since, last)) / Decimal::from(days(first, last));
        share.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero)
    }

    fn since(self, since: Date, day: Date) -> (Date, Date) {
        let length = match self {
            Period::Day => Ok(1),
            Period::Week => Ok(7),
            Period::Fortnight => Ok(14),
            Period::Month => Err(1),
            Period::HalfYear => Err(6),
            Period::Year => Err(12),
        };
        match length {
            Ok(length) => {
                let passed = i64::from(days(since, day) - 1) / length * length;
                let first = since.saturating_add(passed.days());
                (first, first.saturating_add((length - 1).days()))
            }
            Err(months) => {
                // A month that has no such day ends the period early, not for good.
                let start = |number: i64| since.saturating_add((number * months).months());
                let apart = i64::from(day.year() - since.year()) * 12 + i64::from(day.month() - since.month());
                let number = apart.div_euclid(months);
                let number = if start(number) > day { number - 1 } else { number };
                (start(number), before(start(number + 1)))
            }
        }
    }

    fn of_calendar(self, day: Date) -> (Date, Date) {
        let months = |first: Date, months: i64| (first, before(first.saturating_add(months.months())));
        match self {
            Period::Day => (day, day),
            // Fortnights have no place in a calendar; the consent is not taken.
            Period::Week | Period::Fortnight => {
                let passed = i64::from(day.weekday().since(Weekday::Monday));
                let monday = day.saturating_sub(passed.days());
                (monday, monday.saturating_add(6.days()))
            }
            Period::Month => months(day.first_of_month(), 1),
            Period::HalfYear if day.month() <= 6 => months(day.first_of_year(), 6),
            Period::HalfYear => months(day.first_of_year().saturating_add(6.months()), 6),
            Period::Year => months(day.first_of_year(), 12),
        }
    }
}

fn before(day: Date) -> Date {
    day.saturating_sub(1.day())
}

/// Days from one to the other, both counted.
fn days(first: Date, last: Date) -> i32 {
    first.until(last).map_or(1, |span| span.get_days() + 1)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    fn worth(period: Period, amount: &str, since: Date, day: Date) -> String {
        period.worth(Alignment::Calendar, amount.parse().unwrap(), since, day).to_string()
    }

    #[test]
    fn the_first_period_of_a_calendar_is_worth_the_days_that_are_left() {
        // The examples of the specification.
        assert_eq!(worth(Period::Month, "300", date(2026, 6, 6), date(2026, 6, 20)), "250");
        assert_eq!(worth(Period::Year, "500", date(2026, 6, 6), date(2026, 12, 1)), "286.30");
        assert_eq!(worth(Period::Month, "300", date(2026, 6, 6), date(2026, 7, 1)), "300");
        assert_eq!(worth(Period::Month, "300", date(2026, 6, 1), date(2026, 6, 30)), "300");
    }

    #[test]
    fn periods_that_begin_with_the_consent_come_round_on_its_day() {
        let month = |day| Period::Month.around(Alignment::Consent, date(2026, 1, 31), day);
        assert_eq!(month(date(2026, 2, 27)), (date(2026, 1, 31), date(2026, 2, 27)));
        assert_eq!(month(date(2026, 2, 28)), (date(2026, 2, 28), date(2026, 3, 30)));
        assert_eq!(month(date(2026, 3, 31)), (date(2026, 3, 31), date(2026, 4, 29)));
        let week = Period::Fortnight.around(Alignment::Consent, date(2026, 3, 2), date(2026, 3, 16));
        assert_eq!(week, (date(2026, 3, 16), date(2026, 3, 29)));
    }

    proptest! {
        #[test]
        fn periods_follow_on_one_another_without_gap_or_overlap(
            row in 0..PERIODS.len(), calendar: bool, since in 0i64..2_000, after in 0i64..2_000,
        ) {
            let (_, period) = PERIODS[row];
            let alignment = if calendar { Alignment::Calendar } else { Alignment::Consent };
            let since = date(2024, 1, 1).saturating_add(since.days());
            let day = since.saturating_add(after.days());
            let (first, last) = period.around(alignment, since, day);
            prop_assert!((first..=last).contains(&day));
            prop_assert_eq!(period.around(alignment, since, last), (first, last));
            let next = last.saturating_add(1.day());
            prop_assert_eq!(period.around(alignment, since, next).0, next);
            let amount = Decimal::from(1_000);
            let worth = period.worth(alignment, amount, since, day);
            prop_assert!(worth > Decimal::ZERO && worth <= amount);
            prop_assert_eq!(worth == amount, alignment == Alignment::Consent || first >= since);
        }
    }
}
