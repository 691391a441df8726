//! The figures beside the amount of an entry: original amount, conversion, fees, the balance after.

use rust_decimal::Decimal;

use super::of;
use crate::json::At;
use crate::normalise::WarningCode;
use crate::normalise::model::{Entry, Fx, Money};
use crate::normalise::reader::{Reader, member};
use crate::normalise::standard::Field;

/// Original amount, conversion, fees and the balance after.
pub(super) fn figures_beside(reader: &mut Reader<'_>, row: &At<'_>, entry: &mut Entry) {
    let unit = entry.amount.unit().clone();
    let foreign = reader.find(row, of(reader, Field::OriginalCurrency));
    let foreign = foreign.and_then(|at| reader.unit(&at)).unwrap_or_else(|| unit.clone());
    if let Some(at) = reader.find(row, of(reader, Field::OriginalAmount))
        && let Some(original) = reader.amount(&at, &foreign)
    {
        entry.original_amount = Some(aligned(original, &entry.amount));
    }
    if let Some(at) = reader.find(row, of(reader, Field::Fee)) {
        entry.fees.extend(reader.amount(&at, &unit));
    }
    if let Some(at) = reader.find(row, of(reader, Field::BalanceAfter)) {
        let figure = member(&at, "balanceAmount").unwrap_or(at);
        let indicator = reader.find(row, of(reader, Field::BalanceAfterIndicator));
        let is_debt =
            indicator.and_then(|at| at.text().map(|word| word.eq_ignore_ascii_case("debit"))).unwrap_or(false);
        entry.balance_after = reader.amount(&figure, &unit).map(|after| if is_debt { after.negated() } else { after });
    }
    let exchanges = of(reader, Field::Exchange);
    if let Some(exchange) = reader.list_at(row, exchanges).first() {
        let mut code = |paths| reader.find(exchange, paths).and_then(|at| reader.unit(&at));
        let (source, target) = (code(&["sourceCurrency"]), code(&["targetCurrency"]));
        let by_unit = code(&["unitCurrency"]);
        let rate = reader.find(exchange, &["exchangeRate"]).and_then(|at| reader.decimal(&at));
        if let (Some(source), Some(rate)) = (source, rate) {
            let inverse = by_unit.is_some() && by_unit == target && by_unit.as_ref() != Some(&source);
            conversion_fits(reader, exchange, entry, rate, inverse);
            entry.fx = Some(Fx { source, target, rate });
        }
    }
}

pub(super) fn aligned(amount: Money, to: &Money) -> Money {
    let negative = to.value().is_sign_negative() && !to.value().is_zero();
    let size = amount.abs();
    if negative { size.negated() } else { size }
}

fn conversion_fits(reader: &mut Reader<'_>, at: &At<'_>, entry: &Entry, rate: Decimal, inverse: bool) {
    let (Some(original), Some(currency)) = (&entry.original_amount, entry.amount.unit().iso()) else { return };
    let (size, booked) = (original.value().abs(), entry.amount.value().abs());
    let converted = if inverse { size.checked_div(rate) } else { size.checked_mul(rate) };
    let unit = Decimal::new(1, u32::from(currency.exponent().unwrap_or(0)));
    let fees = entry.fees.iter().map(|fee| fee.value().abs()).try_fold(Decimal::ZERO, Decimal::checked_add);
    let near = |due: Option<Decimal>| {
        due.and_then(|due| due.checked_sub(booked)).is_some_and(|difference| difference.abs() <= unit)
    };
    let with_fees = converted.zip(fees).and_then(|(due, fees)| due.checked_add(fees));
    let fits = near(converted) || near(with_fees);
    if !fits {
        let message = format!("{size} at {rate} is not {booked}");
        reader.warn(WarningCode::FxInconsistent, at, message);
    }
}
