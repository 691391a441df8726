//! Windows of virtual time: `Sun 02:00-04:00 Europe/Berlin`, `5s of every 15s`, or from one instant to another.

use std::time::Duration;

use bank_fixtures::document::{Kind, Value};
use bank_fixtures::duration;
use jiff::civil::{Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

/// A stretch of time: once, every week, or again and again.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Window {
    Once {
        from: Option<Timestamp>,
        to: Option<Timestamp>,
    },
    Weekly {
        days: Vec<Weekday>,
        from: Time,
        to: Time,
        zone: TimeZone,
    },
    /// The first part of every period, counted from the Unix epoch: whole hours begin where clocks show them.
    Flapping {
        length: Duration,
        period: Duration,
    },
}

pub(super) const LEGAL: &str = "\"02:00-04:00\", \"Sun 02:00-04:00 Europe/Berlin\", \"Mon-Fri 09:00-17:30\" (UTC unless a zone is named), \"5s of every 15s\", or {from: 2026-03-01T08:00:00Z, to: …}";

const DAYS: &[(&str, Weekday)] = &[
    ("Mon", Weekday::Monday),
    ("Tue", Weekday::Tuesday),
    ("Wed", Weekday::Wednesday),
    ("Thu", Weekday::Thursday),
    ("Fri", Weekday::Friday),
    ("Sat", Weekday::Saturday),
    ("Sun", Weekday::Sunday),
];

impl Window {
    pub(super) fn read(value: Value<'_>) -> Option<Window> {
        if value.kind() != Kind::Map {
            return value.parse(LEGAL, |text| Window::parse(text).ok_or_else(|| format!("`{text}` is not a window")));
        }
        let map = value.map(&["from", "to"])?;
        let instant = |key| map.optional(key).map(super::prepare::instant);
        let (from, to) = (instant("from"), instant("to"));
        let window = Window::Once {
            from: from.map_or(Some(None), |read| read.map(Some))?,
            to: to.map_or(Some(None), |read| read.map(Some))?,
        };
        if let Window::Once { from, to } = window
            && (from.is_none() && to.is_none() || from.zip(to).is_some_and(|(from, to)| from >= to))
        {
            value.refuse("this window is empty", "`from`, `to`, or both with `from` before `to`");
            return None;
        }
        Some(window)
    }

    fn parse(text: &str) -> Option<Window> {
        if let Some((length, period)) = text.split_once(" of every ") {
            let (length, period) = (duration::parse(length.trim()).ok()?, duration::parse(period.trim()).ok()?);
            return (!length.is_zero() && length < period).then_some(Window::Flapping { length, period });
        }
        let mut words: Vec<&str> = text.split_whitespace().collect();
        let days = match words.first()?.bytes().next()? {
            b'0'..=b'9' => DAYS.iter().map(|row| row.1).collect(),
            _ => days(words.remove(0))?,
        };
        let (times, zone) = match words.as_slice() {
            [times] => (*times, TimeZone::UTC),
            [times, zone] => (*times, TimeZone::get(zone).ok()?),
            _ => return None,
        };
        let (from, to) = times.split_once('-')?;
        let (from, to) = (time(from)?, time(to)?);
        (from != to).then_some(Window::Weekly { days, from, to, zone })
    }

    /// Beginning and end of the first stretch that is not over at `now`.
    pub(super) fn next(&self, now: Timestamp) -> Option<(Timestamp, Timestamp)> {
        // Yesterday, because a night may not be over; and a week from today.
        self.within(now, 9)
    }

    /// The end of the window `now` is in, if it is in one.
    pub(super) fn end(&self, now: Timestamp) -> Option<Timestamp> {
        self.within(now, 2).filter(|(begin, _)| *begin <= now).map(|(_, end)| end)
    }

    /// The first stretch that is not over at `now`; of weekly ones, those that begin on so many days from yesterday on.
    fn within(&self, now: Timestamp, days: usize) -> Option<(Timestamp, Timestamp)> {
        match self {
            Window::Once { from, to } => {
                let (from, to) = (from.unwrap_or(Timestamp::MIN), to.unwrap_or(Timestamp::MAX));
                (now < to).then_some((from, to))
            }
            Window::Weekly { days: weekdays, from, to, zone } => {
                let yesterday = now.to_zoned(zone.clone()).date().yesterday().ok()?;
                // A window that crosses midnight belongs to the day it began on.
                yesterday.series(Span::new().days(1)).take(days).find_map(|day| {
                    let last = if to > from { day } else { day.tomorrow().ok()? };
                    let begin = day.to_datetime(*from).to_zoned(zone.clone()).ok()?.timestamp();
                    let end = last.to_datetime(*to).to_zoned(zone.clone()).ok()?.timestamp();
                    (weekdays.contains(&day.weekday()) && now < end && begin < end).then_some((begin, end))
                })
            }
            Window::Flapping { length, period } => {
                let (length, period) =
                    (i128::try_from(length.as_nanos()).ok()?, i128::try_from(period.as_nanos()).ok()?);
                let now = now.as_nanosecond();
                let begin = now - now.rem_euclid(period);
                let begin = if now < begin + length { begin } else { begin + period };
                let at = |instant| Timestamp::from_nanosecond(instant).unwrap_or(Timestamp::MAX);
                Some((at(begin), at(begin + length)))
            }
        }
    }
}

/// `Sun`, `Sat,Sun`, `Mon-Fri`.
fn days(text: &str) -> Option<Vec<Weekday>> {
    let index = |name: &str| DAYS.iter().position(|row| row.0 == name);
    let mut all = Vec::new();
    for part in text.split(',') {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let (first, last) = (index(first)?, index(last)?);
        let count = (last + 7 - first) % 7 + 1;
        all.extend((first..first + count).map(|day| DAYS[day % 7].1));
    }
    Some(all)
}

fn time(text: &str) -> Option<Time> {
    let (hour, minute) = text.split_once(':')?;
    let two = |text: &str| (text.len() == 2).then(|| text.parse::<i8>().ok()).flatten();
    Time::new(two(hour)?, two(minute)?, 0, 0).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn end(window: &str, now: &str) -> Option<String> {
        let window = Window::parse(window).unwrap();
        window.end(now.parse().unwrap()).map(|end| end.to_string())
    }

    #[test]
    fn windows_begin_and_end_in_their_zone() {
        let sunday = "Sun 02:00-04:00 Europe/Berlin";
        assert_eq!(end(sunday, "2026-03-01T01:00:00Z").as_deref(), Some("2026-03-01T03:00:00Z"));
        assert_eq!(end(sunday, "2026-03-01T00:59:59Z"), None);
        assert_eq!(end(sunday, "2026-03-01T03:00:00Z"), None);
        assert_eq!(end(sunday, "2026-03-02T01:00:00Z"), None);
        // The night the clocks go forward, 02:00 does not exist: the window begins at 03:00 and lasts one hour.
        assert_eq!(end(sunday, "2026-03-29T01:30:00Z").as_deref(), Some("2026-03-29T02:00:00Z"));
    }

    #[test]
    fn a_night_belongs_to_the_day_it_began_on() {
        assert_eq!(end("Fri 22:00-04:00", "2026-03-07T03:00:00Z").as_deref(), Some("2026-03-07T04:00:00Z"));
        assert_eq!(end("Fri 22:00-04:00", "2026-03-06T03:00:00Z"), None);
        assert_eq!(end("Sat-Mon 00:00-23:00", "2026-03-02T12:00:00Z").as_deref(), Some("2026-03-02T23:00:00Z"));
        assert_eq!(end("10:00-11:00", "2026-03-04T10:30:00Z").as_deref(), Some("2026-03-04T11:00:00Z"));
    }

    #[test]
    fn the_next_window_begins_where_it_is_entered() {
        let next = |window: &str, now: &str| {
            let (begin, end) = Window::parse(window).unwrap().next(now.parse().unwrap()).unwrap();
            format!("{begin} {end}")
        };
        let sunday = "Sun 02:00-04:00 Europe/Berlin";
        assert_eq!(next(sunday, "2026-03-01T01:30:00Z"), "2026-03-01T01:00:00Z 2026-03-01T03:00:00Z");
        assert_eq!(next(sunday, "2026-03-01T03:00:00Z"), "2026-03-08T01:00:00Z 2026-03-08T03:00:00Z");
        assert_eq!(next("Fri 22:00-04:00", "2026-03-07T03:00:00Z"), "2026-03-06T22:00:00Z 2026-03-07T04:00:00Z");
        assert_eq!(next("5s of every 15s", "2026-03-01T08:00:03Z"), "2026-03-01T08:00:00Z 2026-03-01T08:00:05Z");
        assert_eq!(next("5s of every 15s", "2026-03-01T08:00:05Z"), "2026-03-01T08:00:15Z 2026-03-01T08:00:20Z");
    }

    #[test]
    fn a_flapping_bank_is_away_in_the_first_part_of_every_period() {
        let flap = "5s of every 15s";
        assert_eq!(end(flap, "2026-03-01T08:00:00Z").as_deref(), Some("2026-03-01T08:00:05Z"));
        assert_eq!(end(flap, "2026-03-01T08:00:19.5Z").as_deref(), Some("2026-03-01T08:00:20Z"));
        assert_eq!(end(flap, "2026-03-01T08:00:05Z"), None);
        assert_eq!(end(flap, "1969-12-31T23:59:50Z"), None);
        for wrong in ["15s of every 15s", "0s of every 15s", "5s of every", "5 of every 15s"] {
            assert_eq!(Window::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn anything_else_is_refused() {
        for wrong in ["", "Sun", "25:00-26:00", "02:00-02:00", "Son 02:00-04:00", "02:00-04:00 Mars/Base", "2:00-4:00"]
        {
            assert_eq!(Window::parse(wrong), None, "{wrong}");
        }
    }
}
