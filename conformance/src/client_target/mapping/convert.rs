//! What becomes of one value: amounts, days and instants, exactly.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::fmt::strtime::BrokenDownTime;
use jiff::tz::TimeZone;
use rust_decimal::Decimal;

use super::rule::{Found, Row, Rule, Source, Trouble};
use crate::json::quoted;

/// How an amount is read.
#[derive(Debug, Clone)]
pub(super) struct AmountRule {
    pub(super) figures: Figures,
    pub(super) currency: Rule,
    /// The decimal point is this many digits from the right of what is written.
    pub(super) exponent: Exponent,
    /// What stands for the decimal point.
    pub(super) decimal: char,
    /// What groups digits, and says nothing.
    pub(super) group: Option<char>,
    pub(super) sign: Sign,
}

/// Where the figure is.
#[derive(Debug, Clone)]
pub(super) enum Figures {
    /// In one place.
    One(Source),
    /// What arrives and what leaves are in places of their own.
    Two { credit: Source, debit: Source },
}

/// Where the decimal point is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Exponent {
    /// So many digits further left than written.
    Fixed(u32),
    /// Amounts are whole minor units of their currency.
    Currency,
}

/// Which way money goes.
#[derive(Debug, Clone)]
pub(super) enum Sign {
    /// As the sign says: `-` leaves the account.
    Stated,
    /// The other way round.
    Inverted,
    /// Another value says so: it leaves if that is one of these words; what is written has no sign of its own.
    By(Source, Vec<String>),
}

/// How a day is read.
#[derive(Debug, Clone)]
pub(super) struct DateRule {
    pub(super) format: Format,
    /// The zone whose day it is, where an instant is read.
    pub(super) zone: Option<TimeZone>,
}

/// How an instant is read.
#[derive(Debug, Clone)]
pub(super) struct InstantRule {
    pub(super) format: Format,
    /// The zone of a time that states none.
    pub(super) zone: Option<TimeZone>,
}

/// How a day or an instant is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Format {
    /// `2026-03-01`, or RFC 3339.
    Iso,
    /// Seconds since 1970.
    Unix,
    /// Milliseconds since 1970.
    UnixMillis,
    /// In the letters of `strptime`: `%d.%m.%Y`.
    Letters(String),
}

impl AmountRule {
    pub(super) fn apply(&self, row: &Row<'_>) -> Result<Option<String>, Trouble> {
        let Some((found, leaves)) = self.figure(row)? else { return Ok(None) };
        let currency =
            self.currency.apply(row).map_err(|trouble| Trouble { rule: ".currency".to_owned(), ..trouble })?;
        let currency = currency.ok_or_else(|| Trouble {
            rule: ".currency".to_owned(),
            pointer: found.pointer.clone(),
            what: format!("the amount `{}` has no currency ({})", found.text, self.currency.shown()),
        })?;
        let wrong = |what: String| Trouble { rule: ".amount".to_owned(), pointer: found.pointer.clone(), what };
        let mut value = self.decimal_of(&found.text).map_err(wrong)?;
        let digits = match self.exponent {
            Exponent::Fixed(digits) => digits,
            Exponent::Currency => minor_digits(&currency)
                .ok_or_else(|| wrong(format!("{currency} is no currency whose minor units are known")))?,
        };
        let scale = value.scale() + digits;
        value.set_scale(scale).map_err(|_| wrong(format!("`{}` has more digits than can be held", found.text)))?;
        let negative = match (leaves, &self.sign) {
            (Some(leaves), _) => leaves,
            (None, Sign::Stated) => value.is_sign_negative(),
            (None, Sign::Inverted) => !value.is_sign_negative(),
            (None, Sign::By(source, words)) => {
                if value.is_sign_negative() {
                    return Err(wrong(format!("`{}` has a sign, and `sign.from` says it has none", found.text)));
                }
                let word =
                    source.find(row)?.ok_or_else(|| wrong(format!("{} says nothing of the sign", source.path)))?;
                words.contains(&word.text)
            }
        };
        value.set_sign_negative(negative && !value.is_zero());
        Ok(Some(format!(r#"{{"amount":"{value}","currency":{currency}}}"#)))
    }

    pub(super) fn shown(&self) -> String {
        match &self.figures {
            Figures::One(source) => source.path.to_string(),
            Figures::Two { credit, debit } => format!("{} or {}", credit.path, debit.path),
        }
    }

    /// The figure, and whether it leaves the account where its place says so.
    fn figure(&self, row: &Row<'_>) -> Result<Option<(Found, Option<bool>)>, Trouble> {
        match &self.figures {
            Figures::One(source) => Ok(source.find(row)?.map(|found| (found, None))),
            Figures::Two { credit, debit } => {
                let filled = |found: Option<Found>| found.filter(|found| !found.text.trim().is_empty());
                match (filled(credit.find(row)?), filled(debit.find(row)?)) {
                    (None, None) => Ok(None),
                    (Some(found), None) => Ok(Some((found, Some(false)))),
                    (None, Some(found)) => Ok(Some((found, Some(true)))),
                    (Some(credit), Some(debit)) => Err(Trouble {
                        rule: ".amount".to_owned(),
                        pointer: debit.pointer,
                        what: format!("both a credit (`{}`) and a debit (`{}`)", credit.text, debit.text),
                    }),
                }
            }
        }
    }

    fn decimal_of(&self, text: &str) -> Result<Decimal, String> {
        let wrong = || format!("`{text}` is no decimal number with `{}` as its point", self.decimal);
        let plain = match self.group {
            Some(group) if text.contains(group) => ungrouped(text.trim(), group, self.decimal).ok_or_else(wrong)?,
            _ => text.trim().to_owned(),
        };
        let plain = match self.decimal {
            '.' => plain,
            _ if plain.contains('.') => return Err(wrong()),
            decimal => plain.replace(decimal, "."),
        };
        let plain = plain.strip_prefix('+').unwrap_or(&plain);
        let digits = plain.strip_prefix('-').unwrap_or(plain);
        if !digits.starts_with(|c: char| c.is_ascii_digit()) {
            return Err(wrong());
        }
        match plain.contains(['e', 'E']) {
            true => Decimal::from_scientific(plain).map_err(|_| wrong()),
            false => Decimal::from_str_exact(plain).map_err(|_| wrong()),
        }
    }
}

/// The number without its groups: of three digits each, but for the first, and before the decimal point only.
fn ungrouped(text: &str, group: char, decimal: char) -> Option<String> {
    let (whole, rest) = text.split_once(decimal).map_or((text, None), |(whole, rest)| (whole, Some(rest)));
    let digits = whole.trim_start_matches(['+', '-']);
    let mut groups = digits.split(group);
    let first = groups.next().is_some_and(|first| (1..=3).contains(&first.len()));
    let is_grouped = first && groups.all(|group| group.len() == 3) && rest.is_none_or(|rest| !rest.contains(group));
    let rest = rest.map(|rest| format!("{decimal}{rest}")).unwrap_or_default();
    is_grouped.then(|| format!("{}{rest}", whole.replace(group, "")))
}

fn minor_digits(quoted_code: &str) -> Option<u32> {
    let currency: bank_fixtures::currency::Currency = quoted_code.trim_matches('"').parse().ok()?;
    currency.exponent().map(u32::from)
}

impl DateRule {
    pub(super) fn apply(&self, found: &Found) -> Result<String, Trouble> {
        let text = found.text.trim();
        let day = match &self.format {
            Format::Iso => {
                text.parse::<Date>().ok().filter(|_| text.len() == 10).or_else(|| self.day_of(instant(text)?))
            }
            Format::Unix => seconds(text).and_then(|at| self.day_of(at)),
            Format::UnixMillis => millis(text).and_then(|at| self.day_of(at)),
            Format::Letters(letters) => BrokenDownTime::parse(letters, text).ok().and_then(|time| time.to_date().ok()),
        };
        let day = day.ok_or_else(|| {
            let zone = if self.zone.is_none() && instant(text).is_some() {
                "; a day needs the `zone` of an instant"
            } else {
                ""
            };
            unread(found, &format!("no day written as {}{zone}", self.format.shown()))
        })?;
        Ok(quoted(&day.to_string()))
    }

    fn day_of(&self, at: Timestamp) -> Option<Date> {
        self.zone.as_ref().map(|zone| at.to_zoned(zone.clone()).date())
    }
}

impl InstantRule {
    pub(super) fn apply(&self, found: &Found) -> Result<String, Trouble> {
        let text = found.text.trim();
        let wrong = || {
            let zone = if self.zone.is_none() { "; a time that states no offset needs `zone`" } else { "" };
            unread(found, &format!("no instant written as {}{zone}", self.format.shown()))
        };
        let at = match &self.format {
            // What is right already stays as it is: its offset means something.
            Format::Iso if instant(text).is_some() => return Ok(quoted(text)),
            Format::Iso => self.local(text.parse().ok()),
            Format::Unix => seconds(text).map(|at| self.shown(at)),
            Format::UnixMillis => millis(text).map(|at| self.shown(at)),
            Format::Letters(letters) => BrokenDownTime::parse(letters, text).ok().and_then(|time| {
                time.to_timestamp().ok().map(|at| self.shown(at)).or_else(|| self.local(time.to_datetime().ok()))
            }),
        };
        at.map(|at| quoted(&at)).ok_or_else(wrong)
    }

    fn local(&self, civil: Option<jiff::civil::DateTime>) -> Option<String> {
        let zoned = civil?.to_zoned(self.zone.clone()?).ok()?;
        Some(self.shown(zoned.timestamp()))
    }

    fn shown(&self, at: Timestamp) -> String {
        match &self.zone {
            None => at.to_string(),
            Some(zone) => at.display_with_offset(zone.to_offset(at)).to_string(),
        }
    }
}

impl Format {
    pub(super) fn shown(&self) -> &str {
        match self {
            Format::Iso => "iso",
            Format::Unix => "unix",
            Format::UnixMillis => "unix_ms",
            Format::Letters(letters) => letters,
        }
    }
}

fn unread(found: &Found, what: &str) -> Trouble {
    Trouble { rule: String::new(), pointer: found.pointer.clone(), what: format!("`{}` is {what}", found.text) }
}

fn instant(text: &str) -> Option<Timestamp> {
    text.parse().ok()
}

fn seconds(text: &str) -> Option<Timestamp> {
    Timestamp::from_second(text.parse().ok()?).ok()
}

fn millis(text: &str) -> Option<Timestamp> {
    Timestamp::from_millisecond(text.parse().ok()?).ok()
}
