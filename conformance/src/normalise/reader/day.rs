//! Days and instants, in the zone of the institution where that is known.

use bank_fixtures::record::Instant;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::Reader;
use crate::json::{At, Value};
use crate::normalise::WarningCode;
use crate::normalise::fields::rfc_3339;
use crate::normalise::model::Dates;

/// A day or an instant, as it was written.
pub(in crate::normalise) enum Stamp {
    Day(Date),
    Local(Date, String),
    Instant { at: Instant, leap: bool, day_as_written: Date },
}

impl Reader<'_> {
    /// A day or an instant.
    pub(in crate::normalise) fn stamp(&mut self, at: &At<'_>) -> Option<Stamp> {
        let text = match at.value {
            Value::Number(digits) if self.standard.epoch => {
                let seconds = digits.parse::<i64>().ok()?;
                if seconds == 0 {
                    return None;
                }
                let at = Instant::utc(Timestamp::from_second(seconds).ok()?);
                return Some(Stamp::Instant { at, leap: false, day_as_written: day_at(at) });
            }
            _ => self.fields.text(at)?,
        };
        if text.is_empty() {
            return None;
        }
        if text.len() == 10
            && let Ok(date) = text.parse::<Date>()
        {
            return Some(Stamp::Day(date));
        }
        let second_60 = text.get(17..19) == Some("60");
        let text = if second_60 { format!("{}59{}", &text[..17], &text[19..]) } else { text };
        if let Some(at) = rfc_3339(&text) {
            return Some(Stamp::Instant { at, leap: second_60, day_as_written: day_at(at) });
        }
        match text.parse::<DateTime>() {
            Ok(local) if text.len() > 10 => {
                self.warn(WarningCode::NoOffset, at, format!("`{text}` has no offset, so it names no instant"));
                Some(Stamp::Local(local.date(), text))
            }
            _ => {
                self.warn(WarningCode::InvalidDate, at, format!("`{text}` is no day that exists and no instant"));
                None
            }
        }
    }

    /// The day of a member that states a day: its date part, or the day in the institution's zone.
    pub(in crate::normalise) fn day_at(&mut self, at: &At<'_>, paths: &[&str], dates: &mut Dates) -> Option<Date> {
        let found = self.find(at, paths)?;
        match self.stamp(&found)? {
            Stamp::Day(date) => Some(date),
            Stamp::Local(date, text) => {
                dates.local = Some(text);
                Some(date)
            }
            Stamp::Instant { at, day_as_written, .. } => Some(self.zone_day(at).unwrap_or(day_as_written)),
        }
    }

    /// The instant of a member, with its day if the institution's zone is known.
    pub(in crate::normalise) fn instant_at(
        &mut self,
        at: &At<'_>,
        paths: &[&str],
        dates: &mut Dates,
    ) -> (Option<Instant>, Option<Date>) {
        let Some(found) = self.find(at, paths) else { return (None, None) };
        match self.stamp(&found) {
            None => (None, None),
            Some(Stamp::Day(date)) => (None, Some(date)),
            Some(Stamp::Local(date, text)) => {
                dates.local = Some(text);
                (None, Some(date))
            }
            Some(Stamp::Instant { at, leap, .. }) => {
                dates.leap |= leap;
                (Some(at), self.zone_day(at))
            }
        }
    }

    /// The day of an instant in the institution's zone, if that is known.
    pub(in crate::normalise) fn zone_day(&self, at: Instant) -> Option<Date> {
        self.zone.as_ref().map(|zone| at.at.to_zoned(zone.clone()).date())
    }

    /// The last day it can be anywhere for this bank at the time of reading.
    pub(in crate::normalise) fn today(&self) -> Date {
        match &self.zone {
            Some(zone) => self.fetched.to_zoned(zone.clone()).date(),
            None => {
                let ahead = self.fetched.checked_add(SignedDuration::from_hours(14)).unwrap_or(self.fetched);
                ahead.to_zoned(TimeZone::UTC).date()
            }
        }
    }

    /// The start of the day after, where the bank is: a consent valid until a day ends there.
    pub(in crate::normalise) fn end_of(&self, day: Date) -> Option<Instant> {
        let zone = self.zone.clone().unwrap_or(TimeZone::UTC);
        let next = day.tomorrow().ok()?.to_zoned(zone).ok()?;
        Some(Instant { at: next.timestamp(), offset: next.offset() })
    }
}

fn day_at(at: Instant) -> Date {
    at.offset.to_datetime(at.at).date()
}
