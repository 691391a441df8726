//! How often a standing order pays, in the patterns of 3.1 and the codes of version 4.
//!
//! Owns both vocabularies and their way to a [`Rhythm`]. Version 4 takes the old patterns as well.

use jiff::civil::{Date, Weekday};

use super::json::Json;
use crate::bank::Rhythm;
use crate::profile::working_days;
use jiff::tz::TimeZone;

/// `true` for a pattern of 3.1, whether or not there is a rhythm for it.
pub(super) fn is_pattern(text: &str) -> bool {
    pattern(text, &TimeZone::UTC).is_some()
}

/// `true` for a code of version 4, or a pattern.
pub(super) fn is_type(text: &str) -> bool {
    TYPES.iter().any(|row| row.0 == text) || text == "NotKnown" || is_pattern(text)
}

/// `true` for a day of the week or of the month.
pub(super) fn is_point(text: &str) -> bool {
    text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The rhythm of an order of 3.1.
pub(super) fn of_pattern(text: &str, zone: &TimeZone) -> Option<Rhythm> {
    pattern(text, zone)
}

/// The rhythm of an order of version 4 that begins on a day; `None` for one this bank does not have.
pub(super) fn of_codes(frequency: &Json, first: Date, zone: &TimeZone) -> Option<Rhythm> {
    let kind = frequency.text(&["Type"])?;
    if frequency.get("CountPerPeriod").is_some_and(|count| !matches!(count, Json::Number(n) if n.as_u64() == Some(1))) {
        return None;
    }
    let point = frequency.text(&["PointInTime"]).map(str::parse::<i8>).transpose().ok()?;
    let every = match TYPES.iter().find(|row| row.0 == kind) {
        Some((_, every)) => *every,
        None => return pattern(kind, zone),
    };
    match every {
        Every::Day => Some(Rhythm::Days(1)),
        Every::WorkingDay => Some(Rhythm::WorkingDays(working_days(zone))),
        Every::Weeks(weeks) => {
            let day = match point {
                Some(day) => Weekday::from_monday_one_offset(day).ok()?,
                None => first.weekday(),
            };
            Some(Rhythm::Weeks(weeks, day))
        }
        Every::Months(months) => {
            let day = point.unwrap_or_else(|| first.day());
            (1..=31).contains(&day).then_some(Rhythm::Months(months, day))
        }
        Every::Never => None,
    }
}

#[derive(Debug, Clone, Copy)]
enum Every {
    Day,
    WorkingDay,
    Weeks(u8),
    Months(u8),
    /// A code that says nothing a bank could act on.
    Never,
}

/// `OBFrequency6Code`.
const TYPES: &[(&str, Every)] = &[
    ("DAIL", Every::Day),
    ("WODL", Every::WorkingDay),
    ("WEEK", Every::Weeks(1)),
    ("FRTN", Every::Weeks(2)),
    ("FOWK", Every::Weeks(4)),
    ("MNTH", Every::Months(1)),
    ("ALMH", Every::Months(2)),
    ("TWMH", Every::Months(2)),
    ("QURT", Every::Months(3)),
    ("FOMH", Every::Months(4)),
    ("FIMH", Every::Months(5)),
    ("MIAN", Every::Months(6)),
    ("YEAR", Every::Months(12)),
    ("TWYR", Every::Months(24)),
    ("ADHO", Every::Never),
    ("INDA", Every::Never),
    ("LWMH", Every::Never),
    ("LXMH", Every::Never),
    ("NONE", Every::Never),
];

/// A pattern of 3.1: `EvryDay`, `IntrvlWkDay:02:05` (every second week on Friday) and their like.
fn pattern(text: &str, zone: &TimeZone) -> Option<Rhythm> {
    let two = |text: &str| is_point(text).then(|| text.parse::<i8>().ok()).flatten();
    let weekday = |text: &str| two(text).and_then(|day| Weekday::from_monday_one_offset(day).ok());
    let within = |number: Option<i8>, least: i8, most: i8| {
        number.filter(|number| (least..=most).contains(number)).and_then(|number| u8::try_from(number).ok())
    };
    let mut parts = text.split(':');
    let rhythm = match (parts.next()?, parts.next(), parts.next()) {
        ("EvryDay", None, None) => Rhythm::Days(1),
        ("EvryWorkgDay", None, None) => Rhythm::WorkingDays(working_days(zone)),
        ("IntrvlDay", Some(days), None) => Rhythm::Days(u16::from(within(two(days), 2, 31)?)),
        ("IntrvlWkDay", Some(weeks), Some(day)) => Rhythm::Weeks(within(two(weeks), 1, 9)?, weekday(day)?),
        ("WkInMnthDay", Some(week), Some(day)) => Rhythm::WeekOfMonth(within(two(week), 1, 5)?, weekday(day)?),
        ("IntrvlMnthDay", Some(months), Some(day)) => {
            let months = within(two(months), 1, 24).filter(|months| matches!(months, 1..=6 | 12 | 24))?;
            let day = match day.strip_prefix('-') {
                Some(back) => two(back).filter(|back| (1..=5).contains(back)).map(|back| -back)?,
                None => two(day).filter(|day| (1..=31).contains(day))?,
            };
            Rhythm::Months(months, day)
        }
        ("QtrDay", Some(country), None) => Rhythm::Quarters(match country {
            "ENGLISH" => [(3, 25), (6, 24), (9, 29), (12, 25)],
            "SCOTTISH" => [(2, 2), (5, 15), (8, 1), (11, 11)],
            // The day before the English ones: the payment is received in time.
            "RECEIVED" => [(3, 20), (6, 19), (9, 24), (12, 20)],
            _ => return None,
        }),
        _ => return None,
    };
    parts.next().is_none().then_some(rhythm)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn every_pattern_of_the_standard_has_a_rhythm() {
        let rhythm = |text: &str| pattern(text, &TimeZone::UTC);
        assert_eq!(rhythm("EvryDay"), Some(Rhythm::Days(1)));
        assert_eq!(rhythm("IntrvlDay:31"), Some(Rhythm::Days(31)));
        assert_eq!(rhythm("IntrvlWkDay:02:05"), Some(Rhythm::Weeks(2, Weekday::Friday)));
        assert_eq!(rhythm("WkInMnthDay:02:03"), Some(Rhythm::WeekOfMonth(2, Weekday::Wednesday)));
        assert_eq!(rhythm("IntrvlMnthDay:12:-01"), Some(Rhythm::Months(12, -1)));
        assert!(matches!(rhythm("QtrDay:SCOTTISH"), Some(Rhythm::Quarters(_))));
        for wrong in [
            "",
            "evryday",
            "EvryDay:01",
            "IntrvlDay:01",
            "IntrvlDay:32",
            "IntrvlWkDay:00:01",
            "IntrvlWkDay:01:08",
            "IntrvlMnthDay:07:01",
            "IntrvlMnthDay:01:-06",
            "IntrvlMnthDay:01:00",
            "QtrDay:WELSH",
            "EvryDay:",
        ] {
            assert_eq!(rhythm(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn codes_take_their_day_from_the_first_payment_unless_they_name_one() {
        let first = date(2026, 3, 5);
        let rhythm = |text: &str| of_codes(&Json::read(text.as_bytes()).unwrap(), first, &TimeZone::UTC);
        assert_eq!(rhythm(r#"{"Type":"WEEK"}"#), Some(Rhythm::Weeks(1, Weekday::Thursday)));
        assert_eq!(rhythm(r#"{"Type":"FRTN","PointInTime":"01"}"#), Some(Rhythm::Weeks(2, Weekday::Monday)));
        assert_eq!(rhythm(r#"{"Type":"MNTH","PointInTime":"31"}"#), Some(Rhythm::Months(1, 31)));
        assert_eq!(rhythm(r#"{"Type":"YEAR"}"#), Some(Rhythm::Months(12, 5)));
        assert_eq!(rhythm(r#"{"Type":"IntrvlMnthDay:01:15"}"#), Some(Rhythm::Months(1, 15)));
        for none in
            [r#"{"Type":"ADHO"}"#, r#"{"Type":"MNTH","CountPerPeriod":2}"#, r#"{"Type":"WEEK","PointInTime":"09"}"#]
        {
            assert_eq!(rhythm(none), None, "{none}");
        }
    }
}
