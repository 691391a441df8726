//! On which day the bank works on an order: its business days, their cut-off, its clock on the wall.
//!
//! Owns the way from an instant to the one at which work begins. A bank that never closes works at once.

use bank_fixtures::market::Hours;
use jiff::Timestamp;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;

use super::Ledger;
use super::desk::Desk;

/// When one bank is at work.
#[derive(Debug, Clone, Copy)]
pub(super) struct Business<'a> {
    hours: Option<Hours>,
    zone: &'a TimeZone,
}

impl Business<'_> {
    /// When the bank starts with what it takes at an instant: at once, or, after the cut-off, when the next business day opens.
    pub(super) fn starts_at(self, at: Timestamp) -> Timestamp {
        let local = self.zone.to_datetime(at);
        match self.hours.map(|hours| hours.day_for(local)) {
            Some(day) if day != local.date() => self.opening(day),
            _ => at,
        }
    }

    /// When the bank starts with what is for a day: when that day opens, or the business day after it.
    pub(super) fn starts_on(self, day: Date) -> Timestamp {
        self.opening(self.hours.map_or(day, |hours| hours.holidays.business_day_from(day)))
    }

    /// An instant at which work that is under way can be done: itself, or the opening of the next business day.
    pub(super) fn working_at(self, at: Timestamp) -> Timestamp {
        let day = self.zone.to_datetime(at).date();
        match self.hours.map(|hours| hours.holidays.business_day_from(day)) {
            Some(open) if open != day => self.opening(open),
            _ => at,
        }
    }

    fn next_cut_off(self, now: Timestamp) -> Option<Timestamp> {
        let local = self.hours?.next_cut_off(self.zone.to_datetime(now));
        self.zone.to_ambiguous_timestamp(local).compatible().ok()
    }

    /// In a night in which the clocks change, too, it is the time on the wall that counts.
    fn opening(self, day: Date) -> Timestamp {
        self.zone.to_ambiguous_timestamp(day.to_datetime(OPENS)).compatible().unwrap_or(Timestamp::MAX)
    }
}

impl Desk<'_> {
    pub(super) fn business(&self) -> Business<'_> {
        Business { hours: self.profile.settlement.hours, zone: self.book.zone() }
    }
}

impl Ledger {
    /// When the bank would start with an order it took at an instant.
    pub fn starts_at(&self, at: Timestamp) -> Timestamp {
        self.business().starts_at(at)
    }

    /// When the bank starts with an order for a day to come.
    pub fn starts_on(&self, day: Date) -> Timestamp {
        self.business().starts_on(day)
    }

    /// The next instant from which orders are for another day; `None` for a bank that never closes.
    pub fn next_cut_off(&self, now: Timestamp) -> Option<Timestamp> {
        self.business().next_cut_off(now)
    }

    fn business(&self) -> Business<'_> {
        Business { hours: self.profile().settlement.hours, zone: self.book().zone() }
    }
}

/// When a bank begins its day.
const OPENS: Time = Time::constant(6, 0, 0, 0);
