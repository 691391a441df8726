//! What a failure means, by the table of its standard.
//!
//! Owns the search: code, then what the text says, then the status; and what a failed order of money leaves open. Knows
//! no member names.

use bank_fixtures::error_class::ErrorClass;

use super::model::Problem;
use super::reader::{Reader, member};
use super::standard::{FailureRow, FailureSign};
use crate::json::{At, Value};

/// Classes that say nothing about whether an order was carried out.
const LEAVES_OPEN: &[ErrorClass] =
    &[ErrorClass::ProviderUnavailable, ErrorClass::Timeout, ErrorClass::ProtocolViolation];

/// A failure: its status and its document, if it has one.
pub(super) fn failure(reader: &mut Reader<'_>, status: u16, document: Option<&At<'_>>, moves_money: bool) -> Problem {
    let table = reader.standard.failures;
    let codes: Vec<String> = table.codes.iter().filter_map(|path| word(document?, path)).collect();
    let texts: Vec<String> = table.texts.iter().filter_map(|path| word(document?, path)).collect();
    let row = codes
        .iter()
        .find_map(|code| table.rows.iter().find(|row| fits_code(row, status, code)))
        .or_else(|| texts.iter().find_map(|text| table.rows.iter().find(|row| fits_text(row, status, text))))
        .or_else(|| table.rows.iter().find(|row| fits_status(row, status)));
    let class = row.map(|row| row.class).or_else(|| ErrorClass::of_status(status));
    let class = class.unwrap_or(ErrorClass::ProtocolViolation);
    let open = moves_money && (LEAVES_OPEN.contains(&class) || (status >= 500 && codes.is_empty()));
    Problem {
        class: if open { ErrorClass::UnknownOutcome } else { class },
        http_status: Some(status),
        provider_code: codes.into_iter().next(),
        message: texts.into_iter().next().map(|text| clean(&text)),
        field: row.and_then(|row| row.field).map(str::to_owned),
    }
}

/// What the texts of a partial answer report: each is a failure of the provider's own.
pub(super) fn reported(reader: &Reader<'_>, text: &str) -> Problem {
    let row = reader.standard.failures.rows.iter().find(|row| fits_text(row, 200, text));
    Problem {
        class: row.map_or(ErrorClass::ProviderUnavailable, |row| row.class),
        http_status: Some(200),
        provider_code: None,
        message: Some(clean(text)),
        field: None,
    }
}

fn word(at: &At<'_>, path: &str) -> Option<String> {
    match member(at, path)?.value {
        Value::Text(text) | Value::Number(text) if !text.is_empty() => Some(text.clone()),
        _ => None,
    }
}

fn fits_code(row: &FailureRow, status: u16, code: &str) -> bool {
    let here = row.statuses.is_empty() || row.statuses.contains(&status);
    here && match row.sign {
        FailureSign::Code(wanted) => code == wanted,
        FailureSign::Prefix(wanted) => code.starts_with(wanted),
        FailureSign::Suffix(wanted) => code.ends_with(wanted),
        FailureSign::Says(_) | FailureSign::Status => false,
    }
}

fn fits_text(row: &FailureRow, status: u16, text: &str) -> bool {
    let here = row.statuses.is_empty() || row.statuses.contains(&status);
    here && matches!(row.sign, FailureSign::Says(wanted) if text.to_lowercase().contains(wanted))
}

fn fits_status(row: &FailureRow, status: u16) -> bool {
    row.statuses.contains(&status) && matches!(row.sign, FailureSign::Status)
}

/// A text fit to show: no controls, no markup that a page would run.
fn clean(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).collect::<String>().trim().to_owned()
}
