//! Payments and consents, understood through the tables of a standard.
//!
//! Owns their statuses, what a status says about the money, and when a consent ends. Knows no member names.

use bank_fixtures::record::{ConsentStatus, PaymentStatus};
use rust_decimal::Decimal;

use super::WarningCode;
use super::model::{Consent, Dates, Money, MoneyMoved, Origin, Payment, Unit};
use super::reader::{Reader, Stamp, member};
use super::standard::{ConsentField, PaymentField, paths};
use crate::json::{At, Value};

/// The payment of a document.
pub(super) fn payment(reader: &mut Reader<'_>, root: &At<'_>) -> Option<Payment> {
    let table = reader.standard.payment;
    let record = reader.find(root, paths(table, PaymentField::Record)).unwrap_or_else(|| root.clone());
    let record = &record;
    if !reader.fields.is_object(record) {
        return None;
    }
    let mark = reader.mark();
    let stated = reader.find(record, paths(table, PaymentField::Status));
    let stated = stated.map(|at| status(reader, &at));
    let mut history: Vec<PaymentStatus> = Vec::new();
    for event in reader.list_at(record, paths(table, PaymentField::Events)) {
        let word = member(&event, "event_type").or_else(|| member(&event, "status")).unwrap_or(event);
        history.push(status(reader, &word));
    }
    history.dedup();
    // Events say what happened last; the record may be older than they are.
    let last = history.pop().filter(|last| *last != PaymentStatus::Unknown);
    let status = last.or(stated).unwrap_or(PaymentStatus::Unknown);
    if let Some(stated) = stated.filter(|stated| *stated != status && !history.contains(stated)) {
        history.push(stated);
    }
    let frequency = reader.find(record, paths(table, PaymentField::Frequency));
    let mut dates = Dates::default();
    let mut payment = Payment {
        provider_id: reader.id_at(record, paths(table, PaymentField::Id)),
        money_moved: money_moved(status, &history),
        amount: amount(reader, record),
        frequency: frequency.and_then(|at| frequency_word(reader, &at)),
        start_date: reader.day_at(record, paths(table, PaymentField::Start), &mut dates),
        reason_code: reader.said_at(record, paths(table, PaymentField::Reason)),
        origin: Origin::default(),
        history,
        status,
    };
    payment.origin = reader.origin(record, mark);
    Some(payment)
}

fn status(reader: &mut Reader<'_>, at: &At<'_>) -> PaymentStatus {
    // A spelling variant is not good enough to call a payment final.
    let word = at.text().unwrap_or_default();
    let found = reader.standard.payment_statuses.iter().find(|row| row.0 == word).map(|row| row.1);
    if found.is_none() {
        reader.warn(WarningCode::UnknownEnum, at, format!("`{word}` is no payment status of this standard"));
    }
    found.unwrap_or(PaymentStatus::Unknown)
}

fn money_moved(status: PaymentStatus, history: &[PaymentStatus]) -> MoneyMoved {
    match status {
        PaymentStatus::Debited => MoneyMoved::Debited,
        PaymentStatus::Credited => MoneyMoved::Credited,
        PaymentStatus::Returned => MoneyMoved::Returned,
        PaymentStatus::Unknown => MoneyMoved::Unknown,
        _ if history.iter().any(|before| matches!(before, PaymentStatus::Debited | PaymentStatus::Credited)) => {
            MoneyMoved::Unknown
        }
        PaymentStatus::InClearing => MoneyMoved::Unknown,
        _ => MoneyMoved::No,
    }
}

fn amount(reader: &mut Reader<'_>, record: &At<'_>) -> Option<Money> {
    let table = reader.standard.payment;
    let currency = reader.find(record, paths(table, PaymentField::Currency));
    let unit = currency.and_then(|at| reader.unit(&at)).unwrap_or(Unit::None);
    if let Some(at) = reader.find(record, paths(table, PaymentField::Minor)) {
        let (Value::Number(minor) | Value::Text(minor)) = at.value else { return None };
        let exponent = match &unit {
            Unit::Iso(currency) => currency.exponent()?,
            _ => return None,
        };
        let value = Decimal::try_from_i128_with_scale(minor.parse().ok()?, u32::from(exponent)).ok()?;
        return Some(Money::new(value, unit));
    }
    let at = reader.find(record, paths(table, PaymentField::Amount))?;
    reader.amount(&at, &unit)
}

fn frequency_word(reader: &mut Reader<'_>, at: &At<'_>) -> Option<String> {
    let text = at.text()?;
    let words = reader.standard.frequencies;
    if let Some((_, word)) = words.iter().find(|row| row.0 == text) {
        if *word != text {
            reader.warn(WarningCode::EnumAlias, at, format!("`{text}` is written `{word}`"));
        }
        return Some((*word).to_owned());
    }
    if let Some((_, word)) = words.iter().find(|row| row.0.eq_ignore_ascii_case(text)) {
        reader.warn(WarningCode::EnumAlias, at, format!("`{text}` is written `{word}`"));
        return Some((*word).to_owned());
    }
    reader.warn(WarningCode::UnknownEnum, at, format!("`{text}` is no frequency of this standard"));
    None
}

/// The consent of a document.
pub(super) fn consent(reader: &mut Reader<'_>, root: &At<'_>) -> Option<Consent> {
    let table = reader.standard.consent;
    let record = reader.find(root, paths(table, ConsentField::Record)).unwrap_or_else(|| root.clone());
    let record = &record;
    if !reader.fields.is_object(record) {
        return None;
    }
    let mark = reader.mark();
    let status = reader.find(record, paths(table, ConsentField::Status));
    let words = reader.standard.consent_statuses;
    let status = status.and_then(|at| reader.fields.one_of(&at, words)).unwrap_or(ConsentStatus::Unknown);
    let mut dates = Dates::default();
    let (instant, _) = reader.instant_at(record, paths(table, ConsentField::ExpiresAt), &mut dates);
    let last_day = reader.find(record, paths(table, ConsentField::LastDay));
    let last_day = last_day.and_then(|at| reader.stamp(&at)).and_then(|stamp| match stamp {
        Stamp::Day(day) => reader.end_of(day),
        Stamp::Local(..) => None,
        Stamp::Instant { at, .. } => Some(at),
    });
    let mut consent = Consent {
        provider_id: reader.id_at(record, paths(table, ConsentField::Id)),
        status,
        recurring: reader.flag_at(record, paths(table, ConsentField::Recurring)),
        frequency_per_day: reader.count_at(record, paths(table, ConsentField::FrequencyPerDay)),
        expires_at: instant.or(last_day),
        origin: Origin::default(),
    };
    consent.origin = reader.origin(record, mark);
    Some(consent)
}
