//! What an entry says in words and codes, and what follows for its kind and nature.

use bank_fixtures::record::{Nature, TransactionKind};
use bank_fixtures::unit::Unit;
use rust_decimal::Decimal;

use super::figures::aligned;
use super::{of, text};
use crate::json::{At, Value};
use crate::normalise::model::{Direction, Entry, Money, Reference};
use crate::normalise::reader::{Reader, is_placeholder, member};
use crate::normalise::standard::Field;
use crate::normalise::{WarningCode, check_digits, codes};

/// The free text as delivered: the lines, or the one piece where there are none.
pub(super) fn lines(reader: &mut Reader<'_>, row: &At<'_>) -> Vec<String> {
    let paths = of(reader, Field::Lines);
    let items = reader.list_at(row, paths);
    let lines: Vec<String> =
        items.iter().filter_map(|item| reader.text(item)).filter(|line| !line.is_empty()).collect();
    if !lines.is_empty() {
        return lines;
    }
    text(reader, row, Field::Text).filter(|text| !text.is_empty()).into_iter().collect()
}

/// Structured references: texts or objects, one or many.
pub(super) fn structured(reader: &mut Reader<'_>, row: &At<'_>) -> Vec<Reference> {
    let Some(found) = reader.find(row, of(reader, Field::Structured)) else { return Vec::new() };
    let items: Vec<At<'_>> = if matches!(found.value, Value::List(_)) { found.items().collect() } else { vec![found] };
    let mut references = Vec::new();
    for item in items {
        let (reference, kind, issuer) = if matches!(item.value, Value::Object(_)) {
            let reference = reader.said_at(&item, &["reference"]);
            (reference, reader.said_at(&item, &["referenceType"]), reader.said_at(&item, &["referenceIssuer"]))
        } else {
            (reader.text(&item).filter(|text| !is_placeholder(text)), None, None)
        };
        let Some(reference) = reference else { continue };
        let checked = check_digits::creditor_reference(&reference);
        let kind = kind.or_else(|| checked.map(|_| "RF".to_owned()));
        references.push(Reference { reference, kind, issuer, checked });
    }
    references
}

/// The ISO 20022 code, from `PMNT-RDDT-ESDD` or an object of its parts.
pub(super) fn bank_code(reader: &mut Reader<'_>, row: &At<'_>) -> Vec<String> {
    let Some(found) = reader.find(row, of(reader, Field::BankCode)) else { return Vec::new() };
    if matches!(found.value, Value::Object(_)) {
        let parts = ["domain", "family", "subFamily"];
        return parts.iter().map_while(|part| member(&found, part).and_then(|at| reader.text(&at))).collect();
    }
    let text = reader.text(&found).unwrap_or_default();
    text.split('-').map(str::to_owned).filter(|part| !part.is_empty()).collect()
}

/// What the profile finds in the text.
pub(super) fn from_text(reader: &mut Reader<'_>, row: &At<'_>, entry: &mut Entry) {
    let text = entry.text();
    if let Some((pattern, currency)) = &reader.profile.amount_in_text
        && let Some(figure) = pattern.captures(&text).and_then(|found| found.get(1))
    {
        match Decimal::from_str_exact(figure.as_str()) {
            Ok(value) => {
                let booked = Money::new(value, Unit::Iso(*currency));
                entry.original_amount = Some(aligned(entry.amount.clone(), &booked));
                entry.direction = Some(if value.is_sign_negative() { Direction::Debit } else { Direction::Credit });
                entry.amount = booked;
            }
            Err(_) => reader.warn(WarningCode::AmountFormat, row, format!("`{}` in the text", figure.as_str())),
        }
    }
    if let Some(pattern) = &reader.profile.date_in_text
        && entry.dates.transaction_date.is_none()
        && let Some(day) = pattern.captures(&text).and_then(|found| found.get(1))
    {
        match day.as_str().parse() {
            Ok(date) => entry.dates.transaction_date = Some(date),
            Err(_) => reader.warn(WarningCode::InvalidDate, row, format!("`{}` in the text", day.as_str())),
        }
    }
}

pub(super) fn kind_and_nature(reader: &mut Reader<'_>, word: Option<&str>, entry: &mut Entry) {
    let by_word = word.and_then(|word| reader.standard.types.iter().find(|row| row.0.eq_ignore_ascii_case(word)));
    let by_code = codes::of(&entry.bank_tx_code);
    let (kind, nature) = match (by_word, by_code) {
        (Some((_, kind, nature)), _) => (Some(*kind), *nature),
        (None, Some((kind, nature))) => (Some(kind), nature),
        (None, None) => (None, Nature::Original),
    };
    entry.kind = kind.filter(|kind| *kind != TransactionKind::Other || by_word.is_some());
    // Banks use one word for both ways.
    entry.kind = match (entry.kind, entry.direction) {
        (Some(TransactionKind::CreditTransferOut), Some(Direction::Credit)) => Some(TransactionKind::CreditTransferIn),
        (Some(TransactionKind::CreditTransferIn), Some(Direction::Debit)) => Some(TransactionKind::CreditTransferOut),
        (kind, _) => kind,
    };
    entry.nature = nature;
    let (code, text) = (entry.proprietary_code.clone().unwrap_or_default(), entry.text());
    let fits = |pattern: &Option<regex::Regex>, text: &str| pattern.as_ref().is_none_or(|it| it.is_match(text));
    let rules = &reader.profile.natures;
    if let Some(rule) = rules.iter().find(|rule| fits(&rule.code, &code) && fits(&rule.text, &text)) {
        entry.nature = rule.nature;
        // Text alone is hearsay.
        entry.nature_confidence = rule.code.is_none().then(|| Decimal::new(6, 1));
    }
}
