//! How single values are written: amounts, instants, dates, identifiers.
//!
//! A page holds hundreds of these, so each is put together on the stack and written in one piece.

use std::fmt;

use bank_fixtures::money::Amount;
use bank_fixtures::record::{AccountIdentifier, Instant};
use jiff::civil::{Date, DateTime};
use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

use super::word;

/// `{"value": "-12.30", "currency": "EUR"}`.
pub(super) struct Sum(pub Amount);

/// Exact decimal text.
struct DecimalText(Amount);

/// RFC 3339 with its offset.
pub(super) struct Moment(pub Instant);

/// `YYYY-MM-DD`.
pub(super) struct Day(pub Date);

/// `{"scheme": "iban", "value": "…"}`.
pub(super) struct Identifier<'a>(pub &'a AccountIdentifier);

/// Any value by its `Display`.
pub(super) struct Text<T>(pub T);

/// A short ASCII text on the stack, filled from its end.
struct Short {
    bytes: [u8; 48],
    start: usize,
}

impl Serialize for Sum {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("Sum", 2)?;
        object.serialize_field("value", &DecimalText(self.0))?;
        object.serialize_field("currency", self.0.currency().code())?;
        object.end()
    }
}

impl Serialize for DecimalText {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (value, exponent) = (self.0.value(), self.0.currency().exponent());
        match i64::try_from(value.mantissa()) {
            Ok(minor) if exponent.map(u32::from) == Some(value.scale()) => {
                serializer.serialize_str(Short::decimal(minor, value.scale()).text())
            }
            // Written with other decimals than the currency's, or beyond any account: the long way.
            _ => serializer.serialize_str(&self.0.text()),
        }
    }
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let seconds = self.0.offset.seconds();
        let local = self.0.offset.to_datetime(self.0.at);
        let plain =
            seconds % 60 == 0 && local.subsec_nanosecond() % 1_000_000 == 0 && (0..=9999).contains(&local.year());
        if !plain {
            return serializer.serialize_str(&self.0.text());
        }
        serializer.serialize_str(Short::instant(local, seconds / 60).text())
    }
}

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0.year() < 0 {
            return serializer.collect_str(&self.0);
        }
        let mut short = Short::new();
        short.date(self.0);
        serializer.serialize_str(short.text())
    }
}

impl Serialize for Identifier<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("Identifier", 2)?;
        object.serialize_field("scheme", word::scheme(self.0.scheme))?;
        object.serialize_field("value", &self.0.value)?;
        object.end()
    }
}

impl<T: fmt::Display> Serialize for Text<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl Short {
    fn new() -> Short {
        Short { bytes: [0; 48], start: 48 }
    }

    /// `minor` with a point before its last `scale` digits.
    fn decimal(minor: i64, scale: u32) -> Short {
        let mut short = Short::new();
        let mut rest = minor.unsigned_abs();
        if scale > 0 {
            for _ in 0..scale {
                short.byte(b'0' + (rest % 10) as u8);
                rest /= 10;
            }
            short.byte(b'.');
        }
        short.byte(b'0' + (rest % 10) as u8);
        rest /= 10;
        while rest > 0 {
            short.byte(b'0' + (rest % 10) as u8);
            rest /= 10;
        }
        if minor < 0 {
            short.byte(b'-');
        }
        short
    }

    /// A local time and its offset in minutes, milliseconds only if there are any.
    fn instant(local: DateTime, offset: i32) -> Short {
        let mut short = Short::new();
        if offset == 0 {
            short.byte(b'Z');
        } else {
            let minutes = offset.unsigned_abs();
            short.digits(minutes % 60, 2);
            short.byte(b':');
            short.digits(minutes / 60, 2);
            short.byte(if offset < 0 { b'-' } else { b'+' });
        }
        let mut millis = local.subsec_nanosecond().unsigned_abs() / 1_000_000;
        if millis > 0 {
            let mut count = 3;
            while millis.is_multiple_of(10) {
                millis /= 10;
                count -= 1;
            }
            short.digits(millis, count);
            short.byte(b'.');
        }
        short.digits(local.second().unsigned_abs().into(), 2);
        short.byte(b':');
        short.digits(local.minute().unsigned_abs().into(), 2);
        short.byte(b':');
        short.digits(local.hour().unsigned_abs().into(), 2);
        short.byte(b'T');
        short.date(local.date());
        short
    }

    fn date(&mut self, date: Date) {
        self.digits(date.day().unsigned_abs().into(), 2);
        self.byte(b'-');
        self.digits(date.month().unsigned_abs().into(), 2);
        self.byte(b'-');
        self.digits(date.year().unsigned_abs().into(), 4);
    }

    fn digits(&mut self, mut number: u32, count: u32) {
        for _ in 0..count {
            self.byte(b'0' + (number % 10) as u8);
            number /= 10;
        }
    }

    fn byte(&mut self, byte: u8) {
        self.start -= 1;
        self.bytes[self.start] = byte;
    }

    fn text(&self) -> &str {
        std::str::from_utf8(&self.bytes[self.start..]).expect("only ASCII is put in")
    }
}

#[cfg(test)]
mod tests {
    use bank_fixtures::currency::Currency;
    use bank_fixtures::money::Money;
    use jiff::Timestamp;
    use jiff::tz::Offset;
    use proptest::prelude::*;

    use super::*;

    fn written(value: impl Serialize) -> String {
        serde_json::to_value(value).unwrap().as_str().unwrap().to_owned()
    }

    proptest! {
        /// The short way writes what the long way writes.
        #[test]
        fn amounts_are_written_like_their_text(
            minor in prop_oneof![any::<i64>(), -200i64..200],
            currency in prop::sample::select(vec![Currency::EUR, Currency::JPY, Currency::KWD, Currency::CLF]),
        ) {
            let amount = Amount::from(Money::from_minor(i128::from(minor), currency).unwrap());
            prop_assert_eq!(written(DecimalText(amount)), amount.text());
        }

        #[test]
        fn amounts_of_any_precision_are_written_like_their_text(text in "-?[0-9]{1,9}(\\.[0-9]{1,5})?") {
            let amount = Amount::parse(&text, Currency::EUR).unwrap();
            prop_assert_eq!(written(DecimalText(amount)), amount.text());
        }

        #[test]
        fn instants_are_written_like_their_text(
            millis in -70_000_000_000_000i64..250_000_000_000_000,
            nanos in prop_oneof![4 => Just(0), 1 => 0i64..1_000_000],
            quarters in -56i32..=56,
        ) {
            let at = Timestamp::from_millisecond(millis).unwrap() + jiff::SignedDuration::from_nanos(nanos);
            let instant = Instant { at, offset: Offset::from_seconds(quarters * 900).unwrap() };
            prop_assert_eq!(written(Moment(instant)), instant.text());
        }

        #[test]
        fn days_are_written_like_their_text(days in -719_000i64..2_900_000) {
            let date = jiff::civil::date(1970, 1, 1).checked_add(jiff::SignedDuration::from_hours(24 * days)).unwrap();
            prop_assert_eq!(written(Day(date)), date.to_string());
        }
    }
}
