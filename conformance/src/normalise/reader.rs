//! Reading single values as any standard may write them: exact or absent, never guessed.
//!
//! Owns figures, currencies, days, instants, identifiers and lists, with the warning each deviation earns. Knows the
//! profile and how the standard writes figures; knows no member names.

use bank_fixtures::error_class::ErrorClass;
use bank_fixtures::identifier::{Iban, IdentifierError};
use bank_fixtures::record::Instant;
use icu_normalizer::ComposingNormalizerBorrowed;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use rust_decimal::Decimal;

use super::fields::{Fields, rfc_3339};
use super::model::{Dates, Identifier, Money, Problem, Scheme, Unit};
use super::profile::Profile;
use super::standard::{Figures, Standard};
use super::{WarningCode, check_digits};
use crate::json::{At, Value};

/// Reads values of one document.
pub(super) struct Reader<'p> {
    pub(super) standard: &'static Standard,
    pub(super) profile: &'p Profile,
    pub(super) fields: Fields,
    pub(super) problems: Vec<Problem>,
    pub(super) fetched: Timestamp,
    zone: Option<TimeZone>,
}

/// A day or an instant, as it was written.
pub(super) enum Stamp {
    Day(Date),
    Local(Date, String),
    Instant { at: Instant, leap: bool, day_as_written: Date },
}

impl<'p> Reader<'p> {
    pub(super) fn new(standard: &'static Standard, profile: &'p Profile, fetched: Timestamp) -> Reader<'p> {
        let by_standard = || standard.zone.and_then(|name| TimeZone::get(name).ok());
        let zone = profile.zone.clone().or_else(by_standard);
        Reader { standard, profile, fields: Fields::default(), problems: Vec::new(), fetched, zone }
    }

    /// Records a deviation.
    pub(super) fn warn(&mut self, code: WarningCode, at: &At<'_>, message: impl Into<String>) {
        self.fields.warn(code, at, message);
    }

    /// Keeps a record out and says why.
    pub(super) fn quarantine(&mut self, at: &At<'_>, message: &str) {
        let message = format!("{}: {message}", at.pointer);
        self.problems.push(Problem {
            class: ErrorClass::ProtocolViolation,
            http_status: None,
            provider_code: None,
            message: Some(message),
            field: None,
        });
    }

    /// The first of these members that is there and not null.
    pub(super) fn find<'a>(&self, at: &At<'a>, paths: &[&str]) -> Option<At<'a>> {
        paths.iter().find_map(|path| member(at, path))
    }

    /// A text for people, in NFC.
    pub(super) fn text(&mut self, at: &At<'_>) -> Option<String> {
        let text = self.fields.text(at)?;
        let text = ComposingNormalizerBorrowed::new_nfc().normalize(&text).into_owned();
        let cleaned = self.profile.remove_text.iter().fold(text, |text, cut| cut.replace_all(&text, "").into_owned());
        Some(cleaned)
    }

    /// A text of a member, if it is there.
    pub(super) fn text_at(&mut self, at: &At<'_>, paths: &[&str]) -> Option<String> {
        let found = self.find(at, paths)?;
        self.text(&found)
    }

    /// A text that says something: blank and placeholders count as absent.
    pub(super) fn said_at(&mut self, at: &At<'_>, paths: &[&str]) -> Option<String> {
        self.text_at(at, paths).filter(|text| !is_placeholder(text))
    }

    /// An opaque id; blank counts as absent.
    pub(super) fn id_at(&mut self, at: &At<'_>, paths: &[&str]) -> Option<String> {
        let found = self.find(at, paths)?;
        if matches!(found.value, Value::Text(text) if text.trim().is_empty()) {
            return None;
        }
        self.fields.id(&found)
    }

    /// The items of a list. One value where a list belongs is a list of one; null and nothing are empty.
    pub(super) fn list_at<'a>(&mut self, at: &At<'a>, paths: &[&str]) -> Vec<At<'a>> {
        let Some(found) = self.find(at, paths) else { return Vec::new() };
        match found.value {
            Value::List(_) => found.items().collect(),
            Value::Object(_) => {
                self.warn(WarningCode::TypeCoerced, &found, "an object where an array belongs");
                vec![found]
            }
            Value::Text(_) => vec![found],
            other => {
                self.warn(WarningCode::Schema, &found, format!("{}, an array is due", other.kind()));
                Vec::new()
            }
        }
    }

    /// `true` or `false`, also in quotes.
    pub(super) fn flag_at(&mut self, at: &At<'_>, paths: &[&str]) -> Option<bool> {
        let found = self.find(at, paths)?;
        let quoted = match found.value {
            Value::Text(text) => text.trim().to_ascii_lowercase().parse::<bool>().ok(),
            _ => None,
        };
        if quoted.is_some() {
            self.warn(WarningCode::TypeCoerced, &found, "a boolean in quotes");
            return quoted;
        }
        self.fields.boolean(&found)
    }

    /// A whole number, also in quotes.
    pub(super) fn count_at(&mut self, at: &At<'_>, paths: &[&str]) -> Option<u64> {
        let found = self.find(at, paths)?;
        let (text, quoted) = match found.value {
            Value::Number(text) => (text, false),
            Value::Text(text) => (text, true),
            other => {
                self.warn(WarningCode::Schema, &found, format!("{}, a whole number is due", other.kind()));
                return None;
            }
        };
        let count = text.trim().parse().ok();
        match count {
            None => self.warn(WarningCode::Schema, &found, format!("`{text}` is not a whole number")),
            Some(_) if quoted => self.warn(WarningCode::TypeCoerced, &found, "a number in quotes"),
            Some(_) => {}
        }
        count
    }

    /// A currency code, a URI of one, or `XXX` for none.
    pub(super) fn unit(&mut self, at: &At<'_>) -> Option<Unit> {
        let text = self.fields.text(at)?;
        if text == "XXX" {
            return Some(Unit::None);
        }
        if text.contains("://") {
            return Some(Unit::Custom(text));
        }
        if let Ok(currency) = text.parse() {
            return Some(Unit::Iso(currency));
        }
        if let Ok(currency) = text.to_ascii_uppercase().parse() {
            self.warn(WarningCode::CurrencyCase, at, format!("`{text}`; ISO 4217 codes are upper case"));
            return Some(Unit::Iso(currency));
        }
        self.warn(WarningCode::CurrencyUnknown, at, format!("`{text}` is not an ISO 4217 code"));
        Some(Unit::Unofficial(text))
    }

    /// The currency of a record: stated, stated as unofficial, or by default.
    pub(super) fn unit_at(&mut self, at: &At<'_>, stated: &[&str], unofficial: &[&str], known: Option<&Unit>) -> Unit {
        if let Some(found) = self.find(at, stated) {
            return self.unit(&found).unwrap_or(Unit::None);
        }
        if let Some(found) = self.find(at, unofficial) {
            return self.fields.text(&found).map_or(Unit::None, Unit::Unofficial);
        }
        let by_standard = || self.standard.default_currency.and_then(|code| code.parse().ok()).map(Unit::Iso);
        let by_profile = || self.profile.default_currency.map(Unit::Iso);
        let unit = known.cloned().or_else(by_profile).or_else(by_standard);
        if unit.is_none() {
            self.warn(WarningCode::Schema, at, "no currency is stated, and none goes without saying");
        }
        unit.unwrap_or(Unit::None)
    }

    /// An exact decimal, or `None` with the record kept out by whoever asked.
    pub(super) fn decimal(&mut self, at: &At<'_>) -> Option<Decimal> {
        let (text, number) = match at.value {
            Value::Text(text) => (text.as_str(), false),
            Value::Number(text) => (text.as_str(), true),
            other => {
                self.warn(WarningCode::Schema, at, format!("{}, a figure is due", other.kind()));
                return None;
            }
        };
        if number && self.standard.figures != Figures::Numbers {
            self.warn(WarningCode::TypeCoerced, at, format!("the number {text}, but figures are text here"));
        }
        let plain = text.trim().strip_prefix('+').unwrap_or(text.trim());
        let exact = if number { scientific(plain) } else { decimal(plain) };
        if exact.is_some() && plain != text {
            self.warn(WarningCode::AmountFormat, at, format!("`{text}`; a figure has no blanks and no plus"));
            if self.profile.strict.contains(&WarningCode::AmountFormat) {
                return None;
            }
        }
        exact
    }

    /// A figure of a currency.
    pub(super) fn money(&mut self, at: &At<'_>, unit: Unit) -> Option<Money> {
        let value = self.decimal(at)?;
        if let Figures::Text(Some(most)) = self.standard.figures
            && value.scale() > most
        {
            self.warn(WarningCode::Schema, at, format!("{value} has more than {most} decimals"));
        }
        let money = Money { value: if value.is_zero() { value.abs() } else { value }, unit };
        if let Unit::Iso(currency) = money.unit
            && let Some(exponent) = currency.exponent()
            && money.minor().is_none()
        {
            let message = format!("{value} has more decimals than {currency} has ({exponent})");
            self.warn(WarningCode::ExcessPrecision, at, message);
        }
        Some(money)
    }

    /// An amount with its own currency (`{amount, currency}` in the standard's words), or a plain figure of `unit`.
    pub(super) fn amount(&mut self, at: &At<'_>, unit: &Unit) -> Option<Money> {
        if !matches!(at.value, Value::Object(_)) {
            return self.money(at, unit.clone());
        }
        let own = self.find(at, &["currency", "Currency"]);
        let unit = own.and_then(|own| self.unit(&own)).unwrap_or_else(|| unit.clone());
        let Some(figure) = self.find(at, &["amount", "Amount", "value"]) else {
            self.warn(WarningCode::Schema, at, "no figure");
            return None;
        };
        self.money(&figure, unit)
    }

    /// A day or an instant.
    pub(super) fn stamp(&mut self, at: &At<'_>) -> Option<Stamp> {
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
    pub(super) fn day_at(&mut self, at: &At<'_>, paths: &[&str], dates: &mut Dates) -> Option<Date> {
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
    pub(super) fn instant_at(
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
    pub(super) fn zone_day(&self, at: Instant) -> Option<Date> {
        self.zone.as_ref().map(|zone| at.at.to_zoned(zone.clone()).date())
    }

    /// The last day it can be anywhere for this bank at the time of reading.
    pub(super) fn today(&self) -> Date {
        match &self.zone {
            Some(zone) => self.fetched.to_zoned(zone.clone()).date(),
            None => {
                let ahead = self.fetched.checked_add(SignedDuration::from_hours(14)).unwrap_or(self.fetched);
                ahead.to_zoned(TimeZone::UTC).date()
            }
        }
    }

    /// The start of the day after, where the bank is: a consent valid until a day ends there.
    pub(super) fn end_of(&self, day: Date) -> Option<Instant> {
        let zone = self.zone.clone().unwrap_or(TimeZone::UTC);
        let next = day.tomorrow().ok()?.to_zoned(zone).ok()?;
        Some(Instant { at: next.timestamp(), offset: next.offset() })
    }

    /// An identifier of an account in the scheme its member promises.
    pub(super) fn identifier(&mut self, at: &At<'_>, scheme: Scheme) -> Option<Identifier> {
        let text = self.fields.id(at)?;
        let compact: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        let plain = |scheme, value| Some(Identifier { scheme, value, valid: None });
        match scheme {
            Scheme::Iban => {
                let upper = compact.to_ascii_uppercase();
                let valid = match upper.parse::<Iban>() {
                    Ok(_) => true,
                    Err(IdentifierError::IbanChecksum(_)) => false,
                    Err(_) if is_masked(&upper) => {
                        self.warn(WarningCode::IdScheme, at, "a masked card number where an IBAN belongs");
                        return plain(Scheme::PanMasked, compact);
                    }
                    Err(_) if !looks_like_iban(&upper) => {
                        self.warn(WarningCode::IdScheme, at, "not an IBAN");
                        return plain(Scheme::Other, compact);
                    }
                    Err(_) => false,
                };
                if !valid {
                    self.warn(WarningCode::IdChecksum, at, format!("the check digits of `{upper}` are wrong"));
                }
                Some(Identifier { scheme, value: upper, valid: Some(valid) })
            }
            Scheme::Cpf | Scheme::Cnpj => {
                let bare: String = compact.chars().filter(char::is_ascii_alphanumeric).collect();
                let bare = bare.to_ascii_uppercase();
                let valid = if scheme == Scheme::Cpf { check_digits::cpf(&bare) } else { check_digits::cnpj(&bare) };
                if !bare.bytes().all(|byte| byte.is_ascii_digit()) {
                    self.warn(WarningCode::Schema, at, format!("`{compact}`, but the pattern says digits"));
                }
                if !valid {
                    self.warn(WarningCode::IdChecksum, at, format!("the check digits of `{compact}` are wrong"));
                }
                Some(Identifier { scheme, value: bare, valid: Some(valid) })
            }
            _ => plain(scheme, compact),
        }
    }
}

/// A member by its dotted path; null is absence.
pub(super) fn member<'a>(at: &At<'a>, path: &str) -> Option<At<'a>> {
    let mut here = at.clone();
    for step in path.split('.').filter(|step| !step.is_empty()) {
        here = match step.parse::<usize>() {
            Ok(index) => here.items().nth(index)?,
            Err(_) => here.member(step)?,
        };
    }
    (*here.value != Value::Null).then_some(here)
}

/// Words that stand where nothing is meant.
pub(super) fn is_placeholder(text: &str) -> bool {
    const PLACEHOLDERS: &[&str] = &["", "-", "n/a", "notprovided", "not provided"];
    PLACEHOLDERS.contains(&text.trim().to_lowercase().as_str())
}

fn day_at(at: Instant) -> Date {
    at.offset.to_datetime(at.at).date()
}

fn decimal(text: &str) -> Option<Decimal> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let numeric = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !numeric(whole) || !numeric(fraction) {
        return None;
    }
    Decimal::from_str_exact(text).ok()
}

/// A JSON number, whose exponent only moves the point.
fn scientific(text: &str) -> Option<Decimal> {
    let Some((figure, exponent)) = text.split_once(['e', 'E']) else { return decimal(text) };
    let (value, exponent) = (decimal(figure)?, exponent.parse::<i32>().ok()?);
    let ten = |power: i32| Decimal::from_i128_with_scale(10i128.checked_pow(power.unsigned_abs())?, 0).into();
    let factor: Option<Decimal> = if exponent.unsigned_abs() > 20 { None } else { ten(exponent) };
    let moved = if exponent < 0 { value.checked_div(factor?)? } else { value.checked_mul(factor?)? };
    // A division that was rounded is no division.
    let back = if exponent < 0 { moved.checked_mul(factor?)? } else { moved };
    (exponent >= 0 || back == value).then_some(moved)
}

fn is_masked(text: &str) -> bool {
    let masks = text.chars().filter(|c| matches!(c, '*' | 'X' | '•')).count();
    let digits = text.chars().filter(char::is_ascii_digit).count();
    masks >= 4 && masks + digits == text.chars().count()
}

fn looks_like_iban(text: &str) -> bool {
    let bytes = text.as_bytes();
    (15..=34).contains(&bytes.len())
        && bytes[..2].iter().all(u8::is_ascii_uppercase)
        && bytes[2..4].iter().all(u8::is_ascii_digit)
        && bytes.iter().all(u8::is_ascii_alphanumeric)
}
