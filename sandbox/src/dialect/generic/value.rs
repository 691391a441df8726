//! How single values are written: amounts, instants, dates, identifiers.
//!
//! Everything here writes straight into the body's buffer.

use std::fmt;

use bank_fixtures::money::Amount;
use bank_fixtures::record::{AccountIdentifier, Instant};
use jiff::civil::Date;
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
        match self.0.money() {
            Ok(money) => serializer.collect_str(&money),
            // Finer than the currency allows: a quirk, told as it is.
            Err(_) => serializer.serialize_str(&self.0.text()),
        }
    }
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0.offset == jiff::tz::Offset::UTC {
            serializer.collect_str(&self.0.at)
        } else {
            serializer.collect_str(&self.0.at.display_with_offset(self.0.offset))
        }
    }
}

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
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
