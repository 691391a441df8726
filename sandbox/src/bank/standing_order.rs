//! Standing orders that clients made: when they pay, how much, and how far each has come.
//!
//! Owns the rhythm and the payments that come of it. An order pays at the opening hour of its days, both legs at once; a day
//! on which the account does not hold the amount is left out, and the next one is tried.

use bank_fixtures::calendar::Holidays;
use bank_fixtures::money::Amount;
use bank_fixtures::record::{Counterparty, Payment, PaymentStatus, TransactionKind};
use bank_fixtures::servicing::{ArrangementStatus, Due, Frequency, FrequencyDay, StandingOrder};
use jiff::civil::{Date, Weekday};
use jiff::{Span, Timestamp};

use super::desk::Desk;

/// How often an order pays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rhythm {
    /// Every so many days.
    Days(u16),
    /// Every day the bank works on.
    WorkingDays(Holidays),
    /// Every so many weeks, on this day of the week.
    Weeks(u8, Weekday),
    /// In this week of every month, on this day: 1 is the first such day, 5 the last.
    WeekOfMonth(u8, Weekday),
    /// Every so many months, on this day; negative ones count from the end, and short months end earlier.
    Months(u8, i8),
    /// The four quarter days of a country, as month and day.
    Quarters([(i8, i8); 4]),
}

/// What a standing order pays and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recurrence {
    /// How often, after the first time.
    pub rhythm: Rhythm,
    /// Day and amount of the first payment.
    pub first: (Date, Amount),
    /// Day of the second payment, if it is not the rhythm's next.
    pub second_on: Option<Date>,
    /// What every payment between the first and the last is.
    pub amount: Amount,
    /// Day of the last payment.
    pub last_on: Option<Date>,
    /// What the last payment is.
    pub last_amount: Option<Amount>,
    /// How many payments in all.
    pub count: Option<u32>,
}

/// How far a standing order has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Standing {
    pub(crate) terms: Recurrence,
    /// Payments whose day has come, made or left out.
    pub(crate) number: u32,
    pub(crate) previous: Option<Due>,
    pub(crate) next: Option<(Date, Amount)>,
}

impl Rhythm {
    /// The first day of the rhythm after a day.
    pub fn next(self, after: Date) -> Option<Date> {
        match self {
            Rhythm::Days(days) => after.checked_add(Span::new().days(i64::from(days))).ok(),
            Rhythm::WorkingDays(holidays) => after.tomorrow().ok().map(|day| holidays.business_day_from(day)),
            Rhythm::Weeks(weeks, day) => {
                let next = after.nth_weekday(1, day).ok()?;
                next.checked_add(Span::new().weeks(i64::from(weeks) - 1)).ok()
            }
            Rhythm::WeekOfMonth(week, day) => {
                let in_month = |date: Date| {
                    let nth = if week >= 5 { -1 } else { i8::try_from(week).unwrap_or(1) };
                    date.nth_weekday_of_month(nth, day).ok()
                };
                let found = in_month(after).filter(|found| *found > after);
                found.or_else(|| in_month(after.first_of_month().checked_add(Span::new().months(1)).ok()?))
            }
            Rhythm::Months(months, day) => {
                let on = |month: Date| {
                    let length = month.days_in_month();
                    let day = if day < 0 { (length + 1 + day).max(1) } else { day.clamp(1, length) };
                    month.first_of_month().with().day(day).build().ok()
                };
                let step = |months: u8| after.first_of_month().checked_add(Span::new().months(i64::from(months))).ok();
                let this = on(after).filter(|found| *found > after && months == 1);
                this.or_else(|| on(step(months)?))
            }
            Rhythm::Quarters(days) => {
                let year = after.year();
                let dates = [year, year + 1]
                    .into_iter()
                    .flat_map(|year| days.into_iter().map(move |(month, day)| Date::new(year, month, day)));
                dates.filter_map(Result::ok).filter(|date| *date > after).min()
            }
        }
    }

    /// As far as the records of accounts have a place for it.
    fn frequency(self) -> Frequency {
        let day = |day: i8| FrequencyDay::OfMonth(u8::try_from(day).unwrap_or(31));
        match self {
            Rhythm::Months(months, on) => Frequency { every_months: months, day: day(on) },
            Rhythm::Quarters(days) => Frequency { every_months: 3, day: day(days[0].1) },
            _ => Frequency { every_months: 0, day: day(1) },
        }
    }
}

impl Standing {
    pub(crate) fn new(terms: Recurrence) -> Standing {
        let next = Some(terms.first);
        Standing { terms, number: 0, previous: None, next }
    }

    /// One more day is over: what is next.
    fn advance(&mut self, day: Date) {
        self.number += 1;
        self.next = self.after(day);
    }

    fn after(&self, day: Date) -> Option<(Date, Amount)> {
        let terms = &self.terms;
        if terms.count.is_some_and(|count| self.number >= count) || terms.last_on.is_some_and(|last| day >= last) {
            return None;
        }
        let second = terms.second_on.filter(|second| self.number == 1 && *second > day);
        let next = second.or_else(|| terms.rhythm.next(day))?;
        let last = terms.last_on.filter(|last| next >= *last);
        let is_last = last.is_some() || terms.count == Some(self.number + 1);
        let amount = terms.last_amount.filter(|_| is_last).unwrap_or(terms.amount);
        Some((last.unwrap_or(next), amount))
    }

    /// The record of it, as accounts show it.
    pub(crate) fn shown(&self, payment: &Payment, due: impl Fn(Date, Amount, u32) -> Due) -> StandingOrder {
        let terms = &self.terms;
        let ended = matches!(payment.status, PaymentStatus::Rejected | PaymentStatus::Cancelled);
        let next = self.next.filter(|_| !ended);
        let last = terms.last_on.map(|day| due(day, terms.last_amount.unwrap_or(terms.amount), u32::MAX));
        StandingOrder {
            id: payment.id.clone(),
            account_id: payment.debtor_account_id.clone(),
            creditor: Counterparty {
                name: Some(payment.creditor_name.clone()),
                account: Some(payment.creditor_account.clone()),
            },
            reference: payment.reference.clone(),
            status: if next.is_some() { ArrangementStatus::Active } else { ArrangementStatus::Inactive },
            frequency: terms.rhythm.frequency(),
            first: Some(due(terms.first.0, terms.first.1, 0)),
            previous: self.previous.clone(),
            next: next.map(|(day, amount)| due(day, amount, self.number)),
            last,
            count: terms.count,
        }
    }
}

impl Desk<'_> {
    /// A standing order is in the books: it pays from its first day on.
    pub(super) fn set_up(&mut self, order: usize, at: Timestamp) {
        self.set(order, PaymentStatus::Scheduled, at, None);
        self.plan_payment(order, at);
    }

    /// Makes the payment of a standing order whose day has come, if the account holds the amount.
    pub(super) fn pay_standing(&mut self, order: usize, at: Timestamp) {
        let Some((day, amount)) = self.state.orders.order(order).standing.as_ref().and_then(|standing| standing.next)
        else {
            return;
        };
        let payment = &self.state.orders.order(order).payment;
        let (account, number) = (payment.debtor_account_id.clone(), self.number_of(order));
        let debited = self.in_currency_of(&account, amount);
        if let Some(debited) = debited.filter(|debited| self.check_funds(&account, *debited, at).is_ok()) {
            let id = self.standing_leg(order, number, "debit");
            let mut debit = self.debit_of(order, debited, at);
            debit.id = Some(id.clone());
            debit.kind = Some(TransactionKind::StandingOrder);
            self.foreign(&mut debit, amount);
            let mut credit = self.credit_of(order, amount, at);
            if let Some(credit) = &mut credit {
                credit.id = Some(self.standing_leg(order, number, "credit"));
            }
            self.book_legs(order, debit, credit, at);
            let shown = self.instant(at);
            if let Some(standing) = self.state.orders.order_mut(order).standing.as_mut() {
                standing.previous = Some(Due { at: shown, amount: Some(amount), transaction_id: id });
            }
        }
        if let Some(standing) = self.state.orders.order_mut(order).standing.as_mut() {
            standing.advance(day);
        }
        self.plan_payment(order, at);
    }

    fn plan_payment(&mut self, order: usize, at: Timestamp) {
        let next = self.state.orders.order(order).standing.as_ref().and_then(|standing| standing.next);
        if let Some((day, _)) = next {
            let opening = self.business().starts_on(day).max(at);
            self.state.orders.plan(order, super::order::Step::Pay, opening);
        }
    }

    fn number_of(&self, order: usize) -> u32 {
        self.state.orders.order(order).standing.as_ref().map_or(0, |standing| standing.number)
    }

    fn standing_leg(&self, order: usize, number: u32, leg: &str) -> String {
        standing_leg(self.seed, &self.state.orders.order(order).payment.id, number, leg)
    }
}

/// Id of the entry that a payment of a standing order becomes.
pub(crate) fn standing_leg(seed: bank_fixtures::seed::Seed, payment_id: &str, number: u32, leg: &str) -> String {
    format!("txn_{}", seed.of("leg").of(payment_id).of(leg).at(u64::from(number)).hex(10))
}

#[cfg(test)]
mod tests {
    use bank_fixtures::currency::Currency;
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_rhythm_has_its_days() {
        let next = |rhythm: Rhythm, day: Date| rhythm.next(day).unwrap();
        // 2026-03-02 is a Monday; Good Friday is 3 April.
        let monday = date(2026, 3, 2);
        assert_eq!(next(Rhythm::Days(1), monday), date(2026, 3, 3));
        assert_eq!(next(Rhythm::WorkingDays(Holidays::EnglandAndWales), date(2026, 4, 2)), date(2026, 4, 7));
        assert_eq!(next(Rhythm::Weeks(1, Weekday::Monday), monday), date(2026, 3, 9));
        assert_eq!(next(Rhythm::Weeks(2, Weekday::Friday), monday), date(2026, 3, 13));
        assert_eq!(next(Rhythm::WeekOfMonth(1, Weekday::Monday), monday), date(2026, 4, 6));
        assert_eq!(next(Rhythm::WeekOfMonth(5, Weekday::Tuesday), monday), date(2026, 3, 31));
        assert_eq!(next(Rhythm::Months(1, 15), monday), date(2026, 3, 15));
        assert_eq!(next(Rhythm::Months(1, 31), date(2026, 3, 31)), date(2026, 4, 30));
        assert_eq!(next(Rhythm::Months(1, -1), date(2026, 1, 31)), date(2026, 2, 28));
        assert_eq!(next(Rhythm::Months(3, 2), monday), date(2026, 6, 2));
        let english = Rhythm::Quarters([(3, 25), (6, 24), (9, 29), (12, 25)]);
        assert_eq!(next(english, monday), date(2026, 3, 25));
        assert_eq!(next(english, date(2026, 12, 25)), date(2027, 3, 25));
    }

    fn amount(text: &str) -> Amount {
        Amount::parse(text, Currency::GBP).unwrap()
    }

    fn terms(count: Option<u32>, last_on: Option<Date>) -> Recurrence {
        Recurrence {
            rhythm: Rhythm::Months(1, 2),
            first: (date(2026, 3, 2), amount("1")),
            second_on: Some(date(2026, 3, 20)),
            amount: amount("2"),
            last_on,
            last_amount: Some(amount("3")),
            count,
        }
    }

    fn all(terms: Recurrence) -> Vec<(Date, Amount)> {
        let mut standing = Standing::new(terms);
        let mut found = Vec::new();
        while let Some(next) = standing.next.filter(|_| found.len() < 50) {
            found.push(next);
            standing.advance(next.0);
        }
        found
    }

    #[test]
    fn an_order_ends_after_its_number_or_on_its_last_day() {
        let expected = vec![
            (date(2026, 3, 2), amount("1")),
            (date(2026, 3, 20), amount("2")),
            (date(2026, 4, 2), amount("2")),
            (date(2026, 5, 2), amount("3")),
        ];
        assert_eq!(all(terms(Some(4), None)), expected);
        assert_eq!(all(terms(None, Some(date(2026, 5, 2)))), expected);
        assert_eq!(all(terms(None, None)).len(), 50, "until further notice");
    }

    proptest! {
        #[test]
        fn days_only_ever_follow_each_other(days in 0_i64..4_000, months in 1_u8..=24, day in -5_i8..=31, week in 1_u8..=5) {
            let start = date(2020, 1, 1).checked_add(Span::new().days(days)).unwrap();
            let day = if day == 0 { 1 } else { day };
            for rhythm in [
                Rhythm::Months(months, day),
                Rhythm::WeekOfMonth(week, Weekday::Wednesday),
                Rhythm::Weeks(week, Weekday::Sunday),
                Rhythm::WorkingDays(Holidays::Target),
                Rhythm::Quarters([(2, 2), (5, 15), (8, 1), (11, 11)]),
            ] {
                let next = rhythm.next(start).unwrap();
                prop_assert!(next > start, "{rhythm:?} {start} {next}");
                prop_assert!(rhythm.next(next).unwrap() > next);
            }
        }
    }
}
