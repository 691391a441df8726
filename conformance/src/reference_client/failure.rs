//! What went wrong, in the canonical classes.
//!
//! Owns the reading of an unsuccessful answer: the bank's own code first, the status when the code says nothing. Knows
//! nothing of what to do about it.

use std::time::Duration;

use bank_fixtures::error_class::{ErrorClass, Retry};
use serde::Deserialize;

use super::lapse::Lapse;
use super::policy::Policy;
use super::transport::{Answer, Body, Lost};

/// A call that did not succeed.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Failure {
    /// What it means.
    pub(crate) class: ErrorClass,
    /// HTTP status, if there was an answer.
    pub(crate) http_status: Option<u16>,
    /// How long the bank asked us to wait.
    pub(crate) asked_wait: Option<Duration>,
    /// For people.
    pub(crate) message: String,
    /// How the answer failed us.
    pub(crate) kind: Kind,
}

/// How an answer failed us: what decides about repeating.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The bank said no, in full.
    Refused,
    /// The connection broke or nothing came in time; the bank may or may not have acted.
    Lost,
    /// A success whose body cannot be used.
    BrokenBody,
}

/// RFC 9457, as far as we need it.
#[derive(Debug, Default, Deserialize)]
struct ProblemBody {
    code: Option<String>,
    detail: Option<String>,
    title: Option<String>,
}

/// The codes the bank documents, with what each means to us.
const CODES: &[(&str, ErrorClass)] = &[
    ("malformed_request", ErrorClass::InvalidRequest),
    ("invalid_parameter", ErrorClass::InvalidRequest),
    ("missing_idempotency_key", ErrorClass::InvalidRequest),
    ("invalid_cursor", ErrorClass::PageInvalidated),
    ("invalid_token", ErrorClass::AuthToken),
    ("invalid_client", ErrorClass::AuthClient),
    ("insufficient_user_authentication", ErrorClass::ScaRequired),
    ("sca_required", ErrorClass::ScaRequired),
    ("consent_expired", ErrorClass::ConsentInvalid),
    ("consent_revoked", ErrorClass::ConsentInvalid),
    ("insufficient_scope", ErrorClass::ConsentScope),
    ("unknown_path", ErrorClass::InvalidRequest),
    ("account_not_found", ErrorClass::ResourceGone),
    ("customer_not_found", ErrorClass::ResourceGone),
    ("payment_not_found", ErrorClass::ResourceGone),
    ("consent_not_found", ErrorClass::ResourceGone),
    ("account_closed", ErrorClass::ResourceGone),
    ("not_acceptable", ErrorClass::NotAcceptable),
    ("request_in_progress", ErrorClass::InProgress),
    ("payment_not_cancellable", ErrorClass::ConflictState),
    ("idempotency_key_reused", ErrorClass::IdempotencyConflict),
    ("insufficient_funds", ErrorClass::BusinessRejected),
    ("creditor_rejected", ErrorClass::BusinessRejected),
    ("account_unavailable", ErrorClass::ResourceUnavailable),
    ("rate_limit_exceeded", ErrorClass::RateLimited),
    ("quota_exceeded", ErrorClass::QuotaExhausted),
    ("outcome_unknown", ErrorClass::UnknownOutcome),
    ("protocol_violation", ErrorClass::ProtocolViolation),
    ("data_not_ready", ErrorClass::NotReady),
    ("gateway_timeout", ErrorClass::Timeout),
];

impl Failure {
    /// What a refusal means.
    pub(crate) fn refused(answer: &Answer, asked_wait: Option<Duration>) -> Failure {
        let problem: ProblemBody = match &answer.body {
            Body::Whole(bytes) => serde_json::from_slice(bytes).unwrap_or_default(),
            Body::Cut(_) | Body::TooLarge => ProblemBody::default(),
        };
        let known = problem.code.as_deref().and_then(|code| CODES.iter().find(|row| row.0 == code));
        let by_status = ErrorClass::of_status(answer.status).unwrap_or(ErrorClass::ProtocolViolation);
        let message = problem.detail.or(problem.title).or(problem.code).unwrap_or_else(|| "no reason given".to_owned());
        Failure {
            class: known.map_or(by_status, |row| row.1),
            http_status: Some(answer.status),
            asked_wait,
            message,
            kind: Kind::Refused,
        }
    }

    /// What a careless team reports instead.
    pub(crate) fn misread(mut self, policy: &Policy) -> Failure {
        match policy.lapse {
            Some(Lapse::OneClassForAll) => self.class = ErrorClass::ProviderUnavailable,
            Some(Lapse::TrustsTexts) if self.message.to_lowercase().contains("limit") => {
                self.class = ErrorClass::RateLimited;
            }
            _ => {}
        }
        self
    }

    /// What silence means.
    pub(crate) fn lost(lost: Lost) -> Failure {
        let (class, message) = match lost {
            Lost::NotSent => (ErrorClass::ProviderUnavailable, "no connection to the bank"),
            Lost::Broken => (ErrorClass::ProviderUnavailable, "the connection broke before an answer"),
            Lost::TimedOut => (ErrorClass::Timeout, "no answer in time"),
        };
        Failure { class, http_status: None, asked_wait: None, message: message.to_owned(), kind: Kind::Lost }
    }

    /// An answer that breaks the contract.
    pub(crate) fn broken(status: Option<u16>, message: impl Into<String>) -> Failure {
        Failure {
            class: ErrorClass::ProtocolViolation,
            http_status: status,
            asked_wait: None,
            message: message.into(),
            kind: Kind::BrokenBody,
        }
    }

    /// `true` if the same request may do better later.
    pub(crate) fn may_pass(&self) -> bool {
        let overloaded = self.http_status.is_none_or(|status| status >= 500 || matches!(status, 408 | 425 | 429));
        match self.class {
            ErrorClass::ProviderUnavailable | ErrorClass::Timeout | ErrorClass::UnknownOutcome => overloaded,
            // The bank's day or month is over; nothing this run waits for will change that.
            ErrorClass::QuotaExhausted | ErrorClass::ConflictState | ErrorClass::ProtocolViolation => false,
            class => class.retry() == Retry::After,
        }
    }

    /// `true` if a money-moving request may have been carried out all the same.
    pub(crate) fn outcome_unknown(&self) -> bool {
        match self.kind {
            Kind::Lost | Kind::BrokenBody => true,
            Kind::Refused => {
                self.http_status.is_some_and(|status| status >= 500) || self.class == ErrorClass::InProgress
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(class: ErrorClass, status: u16) -> Failure {
        Failure { class, http_status: Some(status), asked_wait: None, message: String::new(), kind: Kind::Refused }
    }

    #[test]
    fn only_what_may_pass_is_repeated() {
        for status in [400, 402, 403, 404, 405, 406, 409, 410, 413, 415, 422, 501, 505] {
            assert!(!refused(ErrorClass::of_status(status).unwrap(), status).may_pass(), "{status}");
        }
        for status in [408, 423, 425, 429, 500, 502, 503, 504, 529, 599] {
            assert!(refused(ErrorClass::of_status(status).unwrap(), status).may_pass(), "{status}");
        }
        assert!(Failure::lost(Lost::Broken).may_pass());
    }

    #[test]
    fn the_outcome_of_a_refused_order_is_known() {
        assert!(!refused(ErrorClass::BusinessRejected, 422).outcome_unknown());
        assert!(!refused(ErrorClass::RateLimited, 429).outcome_unknown());
        assert!(refused(ErrorClass::ProviderUnavailable, 503).outcome_unknown());
        assert!(Failure::lost(Lost::TimedOut).outcome_unknown());
    }
}
