//! The days of an entry, and its status as far as they decide it.

use bank_fixtures::record::TransactionStatus;

use super::of;
use crate::json::At;
use crate::normalise::WarningCode;
use crate::normalise::model::{Dates, Entry, Money};
use crate::normalise::reader::Reader;
use crate::normalise::standard::Field;

/// The dates, and the status as far as they decide it.
pub(super) fn dates(
    reader: &mut Reader<'_>,
    row: &At<'_>,
    stated: TransactionStatus,
    amount: &Money,
) -> (Dates, TransactionStatus) {
    let mut dates = Dates::default();
    let mut status = stated;
    let day = |reader: &mut Reader<'_>, field, dates: &mut Dates| {
        let paths = of(reader, field);
        reader.day_at(row, paths, dates)
    };
    let booked_day = day(reader, Field::BookingDate, &mut dates);
    let either = day(reader, Field::BookedOrActed, &mut dates);
    dates.value_date = day(reader, Field::ValueDate, &mut dates);
    dates.transaction_date = day(reader, Field::TransactionDate, &mut dates);
    dates.expected_date = day(reader, Field::ExpectedDate, &mut dates);
    let instant = |reader: &mut Reader<'_>, field, dates: &mut Dates| {
        let paths = of(reader, field);
        reader.instant_at(row, paths, dates)
    };
    let (booked_at, booked_at_day) = instant(reader, Field::BookingAt, &mut dates);
    let (booked_instant, _) = instant(reader, Field::BookingInstant, &mut dates);
    let (value_at, value_day) = instant(reader, Field::ValueAt, &mut dates);
    let (acted_at, acted_day) = instant(reader, Field::TransactionAt, &mut dates);
    // The same instant may stand for two things: what it warned of was said already.
    let warned = reader.fields.warnings.len();
    let (day_of, day_of_day) = instant(reader, Field::BookingDayOf, &mut dates);
    reader.fields.warnings.truncate(warned);
    dates.value_at = value_at;
    dates.value_date = dates.value_date.or(value_day);
    dates.transaction_at = acted_at;
    dates.transaction_date = dates.transaction_date.or(acted_day);
    let booked_day = booked_day.or(booked_at_day).or(day_of.and(day_of_day));
    let undated = reader.standard.epoch && booked_at.is_none() && status == TransactionStatus::Booked;
    if undated {
        // A booking at the beginning of time is none.
        status = TransactionStatus::Pending;
    }
    match status {
        TransactionStatus::Booked => {
            dates.booking_date = booked_day.or(either);
            dates.booking_at = booked_at.or(booked_instant);
            let early = dates.booking_date.is_some_and(|date| date > reader.today());
            if early {
                let at = row.clone();
                reader.warn(WarningCode::FutureBooked, &at, "booked on a day that has not come");
            }
        }
        TransactionStatus::Information => dates.expected_date = dates.expected_date.or(booked_day),
        _ => {
            dates.transaction_date = dates.transaction_date.or(either);
            let due = booked_day.filter(|date| *date > reader.today());
            dates.expected_date = dates.expected_date.or(due);
        }
    }
    if let Some(date) = dates.booking_date
        && let Some(currency) = amount.unit().iso()
        && currency.withdrawn_after().is_some_and(|year| date.year() > year)
    {
        reader.warn(WarningCode::CurrencyWithdrawn, row, format!("{currency} was withdrawn before {date}"));
    }
    (dates, status)
}

pub(super) fn doubts(reader: &mut Reader<'_>, row: &At<'_>, entry: &Entry) {
    let dates = &entry.dates;
    let instants = [dates.booking_at, dates.value_at, dates.transaction_at];
    let invalid =
        reader.fields.warnings.iter().any(|found| {
            found.code == WarningCode::InvalidDate && found.pointer.starts_with(&format!("{}/", row.pointer))
        });
    if entry.day().is_none() && instants.iter().all(Option::is_none) && !invalid {
        reader.warn(WarningCode::NoDate, row, "no date at all");
    }
    let waits_since = dates.transaction_date.or(dates.value_date).filter(|_| entry.is_pending());
    let days = waits_since.and_then(|since| reader.today().since(since).ok()).map(|span| span.get_days());
    if days.is_some_and(|days| days > i32::from(reader.profile.pending_days)) {
        reader.warn(WarningCode::Stale, row, "pending for longer than any booking takes");
    }
}
