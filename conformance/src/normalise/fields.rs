//! Reading single fields: text, enumeration, date, instant, amount.
//!
//! Owns the rules of the value types (exact or absent, never guessed) and collects the warnings. A value is carried
//! exactly or it becomes `None` with a warning. Knows no member names of any standard.

use std::str::FromStr;

use bank_fixtures::currency::Currency;
use bank_fixtures::money::{Amount, MoneyError};
use bank_fixtures::record::Instant;
use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::Offset;
use rust_decimal::Decimal;

use super::model::Origin;
use super::{Warning, WarningCode};
use crate::json::{At, Value};

/// Collects warnings while fields are read.
#[derive(Debug, Default)]
pub struct Fields {
    /// What was found, in the order of reading.
    pub warnings: Vec<Warning>,
}

impl Fields {
    /// How many deviations there were before a row.
    pub(super) fn mark(&self) -> usize {
        self.warnings.len()
    }

    /// What a row was read from, and what was wrong with it since the mark.
    pub(super) fn origin(&self, row: &At<'_>, mark: usize) -> Origin {
        let (raw, pointer) = (row.value.to_string(), row.pointer.clone());
        let mut origin = Origin { raw, pointer, warnings: Vec::new() };
        let since = self.warnings.get(mark..).unwrap_or_default();
        since.iter().for_each(|warning| origin.warned(warning.code));
        origin
    }

    /// Records a deviation.
    pub fn warn(&mut self, code: WarningCode, at: &At<'_>, message: impl Into<String>) {
        self.warnings.push(Warning { code, pointer: at.pointer.clone(), message: message.into() });
    }

    /// A member that must be there; a warning if it is not.
    pub fn required<'a>(&mut self, object: &At<'a>, name: &str, due: &str) -> Option<At<'a>> {
        let found = self.optional(object, name);
        if found.is_none() && object.member(name).is_none() {
            let pointer = format!("{}/{name}", object.pointer);
            self.warnings.push(Warning {
                code: WarningCode::Schema,
                pointer,
                message: format!("missing, {due} is due"),
            });
        }
        found
    }

    /// A member that may be absent. `null` counts as absent, with a warning: a bank that has no value leaves it out.
    pub fn optional<'a>(&mut self, object: &At<'a>, name: &str) -> Option<At<'a>> {
        let at = object.member(name)?;
        if matches!(at.value, Value::Null) {
            self.warn(WarningCode::Schema, &at, "null, but a member without a value is left out");
            return None;
        }
        Some(at)
    }

    /// An opaque id: a string as it is; a number digit by digit.
    pub fn id(&mut self, at: &At<'_>) -> Option<String> {
        match at.value {
            Value::Text(text) if text.trim().is_empty() => {
                self.warn(WarningCode::Schema, at, "a blank id");
                None
            }
            Value::Text(text) => Some(text.clone()),
            Value::Number(digits) => {
                self.warn(WarningCode::TypeCoerced, at, format!("the number {digits}, but an id is a string"));
                Some(digits.clone())
            }
            other => self.wrong_type(at, other, "a string"),
        }
    }

    /// A text for people: controls and bidirectional overrides removed, outer blanks trimmed.
    pub fn text(&mut self, at: &At<'_>) -> Option<String> {
        let Value::Text(text) = at.value else { return self.wrong_type(at, at.value, "a string") };
        let harmful = |c: char| {
            (c.is_control() && c != '\t' && c != '\n') || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        };
        if text.contains(harmful) {
            self.warn(WarningCode::TextCleaned, at, "control or bidirectional characters removed");
        }
        Some(text.replace(harmful, "").trim().to_owned())
    }

    /// A list of texts.
    pub fn texts(&mut self, at: &At<'_>) -> Vec<String> {
        let items: Vec<At<'_>> = self.list(at).collect();
        items.iter().filter_map(|item| self.text(item)).collect()
    }

    /// The items of an array; a warning if it is none.
    pub fn list<'a>(&mut self, at: &At<'a>) -> impl Iterator<Item = At<'a>> + use<'a> {
        if !matches!(at.value, Value::List(_)) {
            self.wrong_type::<()>(at, at.value, "an array");
        }
        at.items().collect::<Vec<_>>().into_iter()
    }

    /// `true` if the value is an object; a warning if not.
    pub fn is_object(&mut self, at: &At<'_>) -> bool {
        let is_object = matches!(at.value, Value::Object(_));
        if !is_object {
            self.wrong_type::<()>(at, at.value, "an object");
        }
        is_object
    }

    /// A boolean.
    pub fn boolean(&mut self, at: &At<'_>) -> Option<bool> {
        match at.value {
            Value::Bool(value) => Some(*value),
            other => self.wrong_type(at, other, "true or false"),
        }
    }

    /// A member of an enumeration; a spelling in another case is understood with a warning.
    pub fn one_of<T: Copy>(&mut self, at: &At<'_>, members: &[(&str, T)]) -> Option<T> {
        let text = self.text(at)?;
        if let Some((_, value)) = members.iter().find(|(name, _)| *name == text) {
            return Some(*value);
        }
        let plain = |text: &str| text.to_ascii_lowercase().replace(['-', '_', ' '], "");
        if let Some((name, value)) = members.iter().find(|(name, _)| plain(name) == plain(&text)) {
            self.warn(WarningCode::EnumAlias, at, format!("`{text}` is written `{name}`"));
            return Some(*value);
        }
        let legal: Vec<&str> = members.iter().map(|(name, _)| *name).collect();
        self.warn(WarningCode::UnknownEnum, at, format!("`{text}`; legal: {}", legal.join(", ")));
        None
    }

    /// A calendar date `YYYY-MM-DD`.
    pub fn date(&mut self, at: &At<'_>) -> Option<Date> {
        let text = self.text(at)?;
        let found = if text.len() == 10 { Date::from_str(&text).ok() } else { None };
        if found.is_none() {
            self.warn(WarningCode::InvalidDate, at, format!("`{text}`; a date that exists is written YYYY-MM-DD"));
        }
        found
    }

    /// An RFC 3339 instant; its offset is kept.
    pub fn instant(&mut self, at: &At<'_>) -> Option<Instant> {
        let text = self.text(at)?;
        if let Some(instant) = rfc_3339(&text) {
            return Some(instant);
        }
        if DateTime::from_str(&text).is_ok() && text.len() > 10 {
            self.warn(WarningCode::NoOffset, at, format!("`{text}` has no offset, so it names no instant"));
        } else {
            self.warn(WarningCode::InvalidDate, at, format!("`{text}`; an instant is written as RFC 3339 says"));
        }
        None
    }

    /// An ISO 4217 code.
    pub fn currency(&mut self, at: &At<'_>) -> Option<Currency> {
        let text = self.text(at)?;
        if let Ok(currency) = text.parse() {
            return Some(currency);
        }
        if let Ok(currency) = text.to_ascii_uppercase().parse() {
            self.warn(WarningCode::CurrencyCase, at, format!("`{text}`; ISO 4217 codes are upper case"));
            return Some(currency);
        }
        self.warn(WarningCode::CurrencyUnknown, at, format!("`{text}` is not an ISO 4217 code"));
        None
    }

    /// A decimal with a currency. A string is due; a number is read from its source text, with a warning.
    pub fn amount(&mut self, value: &At<'_>, currency: Currency) -> Option<Amount> {
        let text = match value.value {
            Value::Text(text) => text.as_str(),
            Value::Number(text) => {
                let message = format!("the number {text}, but amounts are decimal strings");
                self.warn(WarningCode::TypeCoerced, value, message);
                text.as_str()
            }
            other => return self.wrong_type(value, other, "a decimal string"),
        };
        let amount = match Amount::parse(text, currency) {
            Ok(amount) => amount,
            Err(error) => {
                self.warn(WarningCode::AmountFormat, value, error.to_string());
                return None;
            }
        };
        match amount.money() {
            Ok(_) => self.warn_unless_exact_scale(value, text, currency),
            Err(error @ MoneyError::ExcessPrecision { .. }) => {
                self.warn(WarningCode::ExcessPrecision, value, error.to_string());
            }
            Err(error) => self.warn(WarningCode::AmountFormat, value, error.to_string()),
        }
        Some(amount)
    }

    /// An exact decimal that is no amount (a rate).
    pub fn decimal(&mut self, at: &At<'_>) -> Option<Decimal> {
        let text = match at.value {
            Value::Text(text) => text,
            Value::Number(text) => {
                self.warn(WarningCode::TypeCoerced, at, format!("the number {text}, but decimals are strings"));
                text
            }
            other => return self.wrong_type(at, other, "a decimal string"),
        };
        let plain = text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-'));
        let found = if plain { Decimal::from_str_exact(text).ok() } else { None };
        if found.is_none() {
            self.warn(WarningCode::AmountFormat, at, format!("`{text}` is not an exact decimal"));
        }
        found
    }

    fn warn_unless_exact_scale(&mut self, at: &At<'_>, text: &str, currency: Currency) {
        let Some(exponent) = currency.exponent() else { return };
        let decimals = text.split_once('.').map_or(0, |(_, fraction)| fraction.len());
        let whole = text.trim_start_matches('-').split('.').next().unwrap_or("");
        if decimals != usize::from(exponent) {
            let message = format!("`{text}` has {decimals} decimals, {currency} has {exponent}");
            let finer = decimals > usize::from(exponent);
            self.warn(if finer { WarningCode::ExcessPrecision } else { WarningCode::AmountFormat }, at, message);
        } else if whole.len() > 1 && whole.starts_with('0') {
            self.warn(WarningCode::AmountFormat, at, format!("`{text}` has leading zeros"));
        }
    }

    fn wrong_type<T>(&mut self, at: &At<'_>, found: &Value, due: &str) -> Option<T> {
        self.warn(WarningCode::Schema, at, format!("{}, {due} is due", found.kind()));
        None
    }
}

/// An RFC 3339 instant with its offset, and nothing looser.
pub fn rfc_3339(text: &str) -> Option<Instant> {
    let bytes = text.as_bytes();
    let well_formed = bytes.len() >= 20
        && bytes[4] == b'-'
        && bytes[7] == b'-'
        && matches!(bytes[10], b'T' | b't' | b' ')
        && bytes[13] == b':'
        && bytes[16] == b':';
    let at: Timestamp = if well_formed { text.parse().ok()? } else { return None };
    if text.ends_with(['Z', 'z']) {
        return Some(Instant::utc(at));
    }
    let (sign, rest) = match text.rfind(['+', '-'])? {
        position if position > 10 => (if bytes[position] == b'-' { -1 } else { 1 }, &text[position + 1..]),
        _ => return None,
    };
    let (hours, minutes) = rest.split_once(':')?;
    let seconds = sign * (hours.parse::<i32>().ok()? * 3600 + minutes.parse::<i32>().ok()? * 60);
    Some(Instant { at, offset: Offset::from_seconds(seconds).ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    fn amount(text: &str, currency: Currency) -> (Option<String>, Vec<&'static str>) {
        let value = json::parse(text).unwrap();
        let mut fields = Fields::default();
        let amount = fields.amount(&value.root(), currency).map(|amount| amount.text());
        (amount, fields.warnings.iter().map(|warning| warning.code.name()).collect())
    }

    #[test]
    fn amounts_are_exact_or_absent() {
        let is = |text: &str| Some(text.to_owned());
        assert_eq!(amount("\"-12.30\"", Currency::EUR), (is("-12.30"), vec![]));
        assert_eq!(amount("\"1000\"", Currency::JPY), (is("1000"), vec![]));
        assert_eq!(amount("\"1.234\"", Currency::KWD), (is("1.234"), vec![]));
        assert_eq!(amount("\"1000.00\"", Currency::JPY), (is("1000"), vec!["EXCESS_PRECISION"]));
        assert_eq!(amount("\"12.345\"", Currency::EUR), (is("12.345"), vec!["EXCESS_PRECISION"]));
        assert_eq!(amount("\"12.3\"", Currency::EUR), (is("12.30"), vec!["AMOUNT_FORMAT"]));
        assert_eq!(amount("0.10", Currency::EUR), (is("0.10"), vec!["TYPE_COERCED"]));
        assert_eq!(amount("\"1,00\"", Currency::EUR), (None, vec!["AMOUNT_FORMAT"]));
        assert_eq!(amount("\"007.00\"", Currency::EUR), (is("7.00"), vec!["AMOUNT_FORMAT"]));
        assert_eq!(amount("true", Currency::EUR), (None, vec!["SCHEMA"]));
    }

    #[test]
    fn instants_keep_their_offset_and_loose_forms_are_refused() {
        let instant = rfc_3339("2026-03-01T09:30:00+01:00").unwrap();
        assert_eq!(instant.at.to_string(), "2026-03-01T08:30:00Z");
        assert_eq!(instant.offset.seconds(), 3600);
        assert_eq!(rfc_3339("2026-03-01T09:30:00.5-03:30").unwrap().offset.seconds(), -(3 * 3600 + 1800));
        for text in ["2026-03-01", "2026-03-01T09:30:00", "2026-03-01T25:00:00Z", "20260301T093000Z", "1 March", ""] {
            assert_eq!(rfc_3339(text), None, "{text}");
        }
    }

    #[test]
    fn dates_must_exist() {
        for (text, code) in [("\"2026-02-29\"", "INVALID_DATE"), ("\"01.03.2026\"", "INVALID_DATE"), ("5", "SCHEMA")] {
            let value = json::parse(text).unwrap();
            let mut fields = Fields::default();
            assert_eq!(fields.date(&value.root()), None);
            assert_eq!(fields.warnings[0].code.name(), code, "{text}");
        }
    }
}
