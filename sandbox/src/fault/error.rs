//! A refusal in the dialect's own envelope, code, status and headers.

use super::prelude::*;
use crate::exchange::{Problem, ProblemKind};

/// The row of the catalogue.
pub(super) const FAULT: Fault = Fault {
    slug: "error",
    layer: Layer::Http,
    stages: &[Stage::Head, Stage::Bank, Stage::Send],
    about: "a refusal of this canonical class (or of a finer kind) as the dialect writes it: its body, code, status and headers",
    legal: "one of `list errors`: rate_limited, provider_unavailable, consent_invalid, insufficient_funds, …",
    example: "{error: rate_limited, retry_after: 2s}",
    compile,
};

/// Every error a scenario can name: the canonical classes, then finer kinds.
pub const ERRORS: &[(&str, ProblemKind)] = &[
    ("invalid_request", ProblemKind::InvalidParameter),
    ("not_acceptable", ProblemKind::NotAcceptable),
    ("auth_token", ProblemKind::InvalidToken),
    ("auth_client", ProblemKind::InvalidClient),
    ("sca_required", ProblemKind::ScaRequired),
    ("consent_invalid", ProblemKind::ConsentRevoked),
    ("consent_scope", ProblemKind::InsufficientScope),
    ("resource_gone", ProblemKind::AccountNotFound),
    ("resource_unavailable", ProblemKind::AccountUnavailable),
    ("not_ready", ProblemKind::DataNotReady),
    ("rate_limited", ProblemKind::RateLimited),
    ("quota_exhausted", ProblemKind::QuotaExhausted),
    ("provider_unavailable", ProblemKind::Unavailable),
    ("timeout", ProblemKind::GatewayTimeout),
    ("unknown_outcome", ProblemKind::OutcomeUnknown),
    ("conflict_state", ProblemKind::NotCancellable),
    ("in_progress", ProblemKind::RequestInProgress),
    ("idempotency_conflict", ProblemKind::IdempotencyKeyReused),
    ("business_rejected", ProblemKind::InsufficientFunds),
    ("page_invalidated", ProblemKind::InvalidCursor),
    ("protocol_violation", ProblemKind::ProtocolViolation),
    ("unavailable", ProblemKind::Unavailable),
    ("internal", ProblemKind::Internal),
    ("unknown_path", ProblemKind::UnknownPath),
    ("method_not_allowed", ProblemKind::MethodNotAllowed),
    ("malformed_request", ProblemKind::MalformedRequest),
    ("missing_idempotency_key", ProblemKind::MissingIdempotencyKey),
    ("unsupported_media_type", ProblemKind::UnsupportedMediaType),
    ("payload_too_large", ProblemKind::PayloadTooLarge),
    ("invalid_token", ProblemKind::InvalidToken),
    ("invalid_client", ProblemKind::InvalidClient),
    ("consent_expired", ProblemKind::ConsentExpired),
    ("consent_revoked", ProblemKind::ConsentRevoked),
    ("insufficient_scope", ProblemKind::InsufficientScope),
    ("customer_not_found", ProblemKind::CustomerNotFound),
    ("account_not_found", ProblemKind::AccountNotFound),
    ("account_closed", ProblemKind::AccountClosed),
    ("payment_not_found", ProblemKind::PaymentNotFound),
    ("consent_not_found", ProblemKind::ConsentNotFound),
    ("insufficient_funds", ProblemKind::InsufficientFunds),
    ("creditor_rejected", ProblemKind::CreditorRejected),
    ("payment_rejected", ProblemKind::PaymentRejected),
    ("step_up_required", ProblemKind::StepUpRequired),
];

#[derive(Debug)]
struct Error(ProblemKind);

fn compile(value: Value<'_>) -> Option<Arc<dyn Effect>> {
    Some(Arc::new(Error(value.one_of(ERRORS)?)))
}

impl Effect for Error {
    fn apply(&self, moment: &Moment<'_>, plan: &mut Plan) {
        let class = self.0.class();
        let detail = format!("{class}, as the scenario's rule `{}` says", moment.rule);
        plan.end(moment.stage, Ending::Problem(Problem::new(self.0, detail)));
    }
}

#[cfg(test)]
mod tests {
    use bank_fixtures::error_class::ERROR_CLASSES;

    use super::*;

    #[test]
    fn every_class_has_a_name_here_and_every_kind_is_reached() {
        for (class, name, _) in ERROR_CLASSES {
            let row = ERRORS.iter().find(|row| row.0 == *name).expect("every class is in the table");
            assert_eq!(row.1.class(), *class);
        }
        for kind in ProblemKind::ALL {
            assert!(ERRORS.iter().any(|row| row.1 == *kind), "{kind:?}");
        }
    }
}
