//! One row of a list of entries, understood through the tables of its standard.
//!
//! Owns status, sign and trust of an entry, and puts its parts together: days, the other side, figures beside the amount, and what it says
//! have files of their own. Knows no member names: the standard's tables do. What one entry means for another is `history`'s business.

mod dates;
mod figures;
mod parties;
mod said;

use bank_fixtures::record::{Nature, TransactionStatus};

use self::dates::{dates, doubts};
use self::figures::figures_beside;
use self::parties::{merchant, parties};
use self::said::{bank_code, from_text, kind_and_nature, lines, structured};
use super::WarningCode;
use super::model::{Account, Direction, Entry, Money, Origin, Quality};
use super::reader::Reader;
use super::standard::{Field, Paths, Sign, Trust, paths};
use crate::json::At;

/// What is known around a row.
#[derive(Debug, Clone, Copy)]
pub(super) struct Around<'a> {
    /// The bank's id of the account, where the row does not say.
    pub(super) account: Option<&'a str>,
    /// Accounts known so far.
    pub(super) known: &'a [Account],
    /// The status the row's list gives it.
    pub(super) status: Option<TransactionStatus>,
}

/// A row, or `None` if it cannot be understood; then the reader's problems say why.
pub(super) fn entry(reader: &mut Reader<'_>, row: &At<'_>, around: Around<'_>) -> Option<Entry> {
    if !reader.fields.is_object(row) {
        return None;
    }
    let mark = reader.mark();
    let account = id_of(reader, row, Field::Account).or_else(|| around.account.map(str::to_owned)).unwrap_or_default();
    let known = around.known.iter().find(|known| known.provider_id == account);
    let provider_id = id(reader, row);
    let kind_word = text(reader, row, Field::Type);
    let (signed, status) = amount(reader, row, around, known)?;
    let (dates, status) = dates(reader, row, status, &signed);
    let mut entry = Entry {
        account,
        aliases: Vec::new(),
        provider_ref: said(reader, row, Field::ProviderRef),
        quality: Quality::Absent,
        status,
        nature: Nature::Original,
        nature_confidence: None,
        kind: None,
        direction: direction(reader, row, &signed),
        original_amount: None,
        fx: None,
        fees: Vec::new(),
        balance_after: None,
        counterparty: None,
        merchant: merchant(reader, row),
        unstructured: lines(reader, row),
        structured: structured(reader, row),
        end_to_end_id: said(reader, row, Field::EndToEnd),
        mandate_id: said(reader, row, Field::Mandate),
        creditor_id: said(reader, row, Field::CreditorId),
        check_number: id_of(reader, row, Field::Check),
        bank_tx_code: bank_code(reader, row),
        proprietary_code: said(reader, row, Field::Proprietary),
        pending_id: id_of(reader, row, Field::PendingId),
        reference_id: id_of(reader, row, Field::ReferenceId),
        origin: Origin::default(),
        provider_id,
        amount: signed,
        dates,
    };
    parties(reader, row, known, &mut entry);
    figures_beside(reader, row, &mut entry);
    from_text(reader, row, &mut entry);
    kind_and_nature(reader, kind_word.as_deref(), &mut entry);
    entry.quality = quality(reader, kind_word.as_deref(), &entry);
    doubts(reader, row, &entry);
    entry.origin = reader.origin(row, mark);
    if reader.fields.warnings.iter().any(|found| {
        reader.profile.strict.contains(&found.code) && found.pointer.starts_with(&format!("{}/", row.pointer))
    }) {
        reader.quarantine(row, "a deviation that this profile does not tolerate");
        return None;
    }
    Some(entry)
}

fn of(reader: &Reader<'_>, field: Field) -> Paths {
    paths(reader.standard.entry, field)
}

fn text(reader: &mut Reader<'_>, row: &At<'_>, field: Field) -> Option<String> {
    let paths = of(reader, field);
    reader.text_at(row, paths)
}

fn said(reader: &mut Reader<'_>, row: &At<'_>, field: Field) -> Option<String> {
    let paths = of(reader, field);
    reader.said_at(row, paths)
}

fn id_of(reader: &mut Reader<'_>, row: &At<'_>, field: Field) -> Option<String> {
    let paths = of(reader, field);
    reader.id_at(row, paths)
}

fn id(reader: &mut Reader<'_>, row: &At<'_>) -> Option<String> {
    let found = id_of(reader, row, Field::ProviderId)?;
    (found.chars().count() <= 512).then_some(found)
}

/// The signed amount and the status.
fn amount(
    reader: &mut Reader<'_>,
    row: &At<'_>,
    around: Around<'_>,
    known: Option<&Account>,
) -> Option<(Money, TransactionStatus)> {
    let (figure, currency) = (of(reader, Field::Amount), of(reader, Field::Currency));
    let unofficial = of(reader, Field::UnofficialCurrency);
    let Some(figure) = reader.find(row, figure) else {
        reader.quarantine(row, "no amount");
        return None;
    };
    let unit = reader.unit_at(row, currency, unofficial, known.and_then(|known| known.currency.as_ref()));
    let Some(money) = reader.money(&figure, unit) else {
        reader.quarantine(&figure, &format!("{} is no exact amount", figure.value));
        return None;
    };
    let mut status = status(reader, row, around);
    let inverted = known.is_some_and(|known| reader.profile.inverted_for.contains(&known.kind));
    let signed = match reader.standard.sign {
        Sign::AsWritten => money,
        Sign::Negated => money.negated(),
        Sign::Word(words) | Sign::WordOverSign(words) => {
            let found = reader.find(row, of(reader, Field::Indicator));
            let table: Vec<_> = words.iter().map(|(word, way, waits)| (*word, (*way, *waits))).collect();
            match found.and_then(|at| Some((reader.fields.one_of(&at, &table)?, at))) {
                None => money,
                Some(((way, waits), at)) => {
                    status = waits.unwrap_or(status);
                    let tolerated = matches!(reader.standard.sign, Sign::WordOverSign(_));
                    if money.value().is_sign_negative() && !money.value().is_zero() && !tolerated {
                        let message = "the amount is negative, and the indicator says which way";
                        reader.warn(WarningCode::SignIndicatorConflict, &at, message);
                    }
                    let size = money.abs();
                    if way == Direction::Debit { size.negated() } else { size }
                }
            }
        }
    };
    Some((if inverted { signed.negated() } else { signed }, status))
}

fn status(reader: &mut Reader<'_>, row: &At<'_>, around: Around<'_>) -> TransactionStatus {
    let waits = of(reader, Field::Pending);
    if reader.flag_at(row, waits) == Some(true) {
        return TransactionStatus::Pending;
    }
    if let Some(at) = reader.find(row, of(reader, Field::Status)) {
        // A status nobody knows is not in the balance as far as anybody can tell.
        return reader.fields.one_of(&at, reader.standard.statuses).unwrap_or(TransactionStatus::Pending);
    }
    around.status.unwrap_or(TransactionStatus::Booked)
}

fn direction(reader: &mut Reader<'_>, row: &At<'_>, amount: &Money) -> Option<Direction> {
    if amount.value().is_zero() {
        let words = match reader.standard.sign {
            Sign::Word(words) | Sign::WordOverSign(words) => words,
            _ => return None,
        };
        let found = reader.find(row, of(reader, Field::Indicator))?;
        return words.iter().find(|row| Some(row.0) == found.text()).map(|row| row.1);
    }
    Some(if amount.value().is_sign_negative() { Direction::Debit } else { Direction::Credit })
}

fn quality(reader: &Reader<'_>, word: Option<&str>, entry: &Entry) -> Quality {
    let Some(id) = &entry.provider_id else { return Quality::Absent };
    if reader.profile.ignore_id.as_ref().is_some_and(|pattern| pattern.is_match(id)) {
        return Quality::Absent;
    }
    if let Some(quality) = reader.profile.id_quality {
        return quality;
    }
    match reader.standard.quality {
        Trust::All(quality) => quality,
        Trust::DayAfterUnless(at_once) => {
            let settled = entry.is_booked() && entry.dates.booking_date.is_some_and(|date| date < reader.today());
            let trusted = settled || word.is_some_and(|word| at_once.contains(&word));
            if trusted && entry.is_booked() { Quality::Immutable } else { Quality::Unstable }
        }
    }
}
