//! Figures and what they count.

use bank_fixtures::unit::Unit;
use rust_decimal::Decimal;

use super::Reader;
use crate::json::{At, Value};
use crate::normalise::WarningCode;
use crate::normalise::model::Money;
use crate::normalise::standard::Figures;

impl Reader<'_> {
    /// A currency code, a URI of one, or `XXX` for none.
    pub(in crate::normalise) fn unit(&mut self, at: &At<'_>) -> Option<Unit> {
        let text = self.fields.text(at)?;
        if text.contains("://")
            && let Ok(custom) = Unit::custom(&text)
        {
            return Some(custom);
        }
        if let Ok(unit) = Unit::of_iso(&text) {
            return Some(unit);
        }
        if let Ok(currency) = text.to_ascii_uppercase().parse() {
            self.warn(WarningCode::CurrencyCase, at, format!("`{text}`; ISO 4217 codes are upper case"));
            return Some(Unit::Iso(currency));
        }
        self.warn(WarningCode::CurrencyUnknown, at, format!("`{text}` is not an ISO 4217 code"));
        Unit::unofficial(&text).ok()
    }

    /// The currency of a record: stated, stated as unofficial, or by default.
    pub(in crate::normalise) fn unit_at(
        &mut self,
        at: &At<'_>,
        stated: &[&str],
        unofficial: &[&str],
        known: Option<&Unit>,
    ) -> Unit {
        if let Some(found) = self.find(at, stated) {
            return self.unit(&found).unwrap_or(Unit::None);
        }
        if let Some(found) = self.find(at, unofficial) {
            let code = self.fields.text(&found).unwrap_or_default();
            return Unit::unofficial(&code).or_else(|_| Unit::of_iso(&code)).unwrap_or(Unit::None);
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
    pub(in crate::normalise) fn decimal(&mut self, at: &At<'_>) -> Option<Decimal> {
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
    pub(in crate::normalise) fn money(&mut self, at: &At<'_>, unit: Unit) -> Option<Money> {
        let value = self.decimal(at)?;
        if let Figures::Text(Some(most)) = self.standard.figures
            && value.scale() > most
        {
            self.warn(WarningCode::Schema, at, format!("{value} has more than {most} decimals"));
        }
        let money = Money::new(value, unit);
        if let Some(currency) = money.unit().iso()
            && let Some(exponent) = currency.exponent()
            && money.minor().is_none()
        {
            let message = format!("{value} has more decimals than {currency} has ({exponent})");
            self.warn(WarningCode::ExcessPrecision, at, message);
        }
        Some(money)
    }

    /// An amount with its own currency (`{amount, currency}` in the standard's words), or a plain figure of `unit`.
    pub(in crate::normalise) fn amount(&mut self, at: &At<'_>, unit: &Unit) -> Option<Money> {
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
