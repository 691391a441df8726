//! What a failure means, by the table of its standard.
//!
//! Owns the search: code, then what the text says, then the status; and what a failed order of money leaves open. Knows
//! no member names.

use bank_fixtures::error_class::ErrorClass;

use super::model::Problem;
use super::reader::{Reader, member};
use super::standard::{FailureRow, FailureSign, Paths, code, suffix};
use crate::json::{At, Value};

/// Where codes stand whatever the standard: OAuth's, and problem types.
const EVERYWHERE_CODES: Paths = &["error", "type"];

/// What they mean: RFC 6749, 6750 and 8628, and the problem types of the IETF draft on rate limits.
static EVERYWHERE: &[FailureRow] = &[
    code(&[], "invalid_grant", ErrorClass::ConsentInvalid),
    code(&[], "invalid_client", ErrorClass::AuthClient),
    code(&[], "unauthorized_client", ErrorClass::AuthClient),
    code(&[], "invalid_scope", ErrorClass::ConsentScope),
    code(&[], "insufficient_scope", ErrorClass::ConsentScope),
    code(&[], "invalid_token", ErrorClass::AuthToken),
    code(&[], "temporarily_unavailable", ErrorClass::ProviderUnavailable),
    code(&[], "server_error", ErrorClass::ProviderUnavailable),
    code(&[], "authorization_pending", ErrorClass::NotReady),
    code(&[], "slow_down", ErrorClass::NotReady),
    code(&[], "access_denied", ErrorClass::ConsentInvalid),
    suffix(&[], "quota-exceeded", ErrorClass::QuotaExhausted),
    suffix(&[], "abnormal-usage-detected", ErrorClass::AuthClient),
    suffix(&[], "temporary-reduced-capacity", ErrorClass::ProviderUnavailable),
];

/// How a connection failed before there was an answer to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transport {
    /// The name did not resolve, or the connection was refused.
    Unreachable,
    /// TLS was refused.
    TlsAlert,
    /// The connection ended before the first byte of an answer.
    Reset,
    /// A deadline passed.
    Deadline,
    /// The answer ended too early.
    Truncated,
}

/// What each way to fail means.
static TRANSPORT: &[(Transport, ErrorClass)] = &[
    (Transport::Unreachable, ErrorClass::ProviderUnavailable),
    (Transport::TlsAlert, ErrorClass::AuthClient),
    (Transport::Reset, ErrorClass::Timeout),
    (Transport::Deadline, ErrorClass::Timeout),
    (Transport::Truncated, ErrorClass::ProtocolViolation),
];

/// What a failure without an answer means. An order that may have been received leaves its outcome open.
pub fn of_transport(failed: Transport, moves_money: bool) -> ErrorClass {
    let row = TRANSPORT.iter().find(|row| row.0 == failed);
    let class = row.map_or(ErrorClass::ProtocolViolation, |row| row.1);
    let received = failed != Transport::Unreachable;
    if moves_money && received && LEAVES_OPEN.contains(&class) { ErrorClass::UnknownOutcome } else { class }
}

/// Classes that say nothing about whether an order was carried out.
const LEAVES_OPEN: &[ErrorClass] =
    &[ErrorClass::ProviderUnavailable, ErrorClass::Timeout, ErrorClass::ProtocolViolation];

/// A failure: its status and its document, if it has one.
pub(super) fn failure(reader: &mut Reader<'_>, status: u16, document: Option<&At<'_>>, moves_money: bool) -> Problem {
    let table = reader.standard.failures;
    let codes: Vec<String> = table.codes.iter().filter_map(|path| word(document?, path)).collect();
    let texts: Vec<String> = table.texts.iter().filter_map(|path| word(document?, path)).collect();
    let general: Vec<String> = EVERYWHERE_CODES.iter().filter_map(|path| word(document?, path)).collect();
    let by_code = |codes: &[String], rows: &'static [FailureRow]| {
        codes.iter().find_map(|code| rows.iter().find(|row| fits_code(row, status, code)))
    };
    let row = by_code(&codes, table.rows)
        .or_else(|| by_code(&general, EVERYWHERE))
        .or_else(|| texts.iter().find_map(|text| table.rows.iter().find(|row| fits_text(row, status, text))))
        .or_else(|| table.rows.iter().find(|row| fits_status(row, status)));
    let class = row.map(|row| row.class).or_else(|| ErrorClass::of_status(status));
    let class = class.unwrap_or(ErrorClass::ProtocolViolation);
    let open = moves_money && (LEAVES_OPEN.contains(&class) || (status >= 500 && codes.is_empty()));
    Problem {
        class: if open { ErrorClass::UnknownOutcome } else { class },
        http_status: Some(status),
        provider_code: codes.into_iter().chain(general).next(),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_that_may_have_arrived_has_an_unknown_outcome() {
        assert_eq!(of_transport(Transport::Unreachable, true), ErrorClass::ProviderUnavailable);
        assert_eq!(of_transport(Transport::Reset, false), ErrorClass::Timeout);
        for failed in [Transport::Reset, Transport::Deadline, Transport::Truncated] {
            assert_eq!(of_transport(failed, true), ErrorClass::UnknownOutcome, "{failed:?}");
        }
        assert_eq!(of_transport(Transport::TlsAlert, true), ErrorClass::AuthClient);
    }
}
