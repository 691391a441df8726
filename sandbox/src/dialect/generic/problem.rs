//! Refusals as problem details (RFC 9457).

use axum::http::{HeaderName, StatusCode, header};
use serde::Serialize;

use crate::auth;
use crate::exchange::{Problem, ProblemKind, Reply, Request};

#[derive(Serialize)]
struct Body<'a> {
    #[serde(rename = "type")]
    kind: String,
    title: &'a str,
    status: u16,
    detail: &'a str,
    code: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<&'a str>,
    instance: &'a str,
}

/// A refusal as the contract writes it.
pub(super) fn render(problem: &Problem, request: &Request) -> Reply {
    let (status, code, title) = words(problem.kind);
    let body = Body {
        kind: format!("urn:problem:bank:{code}"),
        title,
        status: status.as_u16(),
        detail: &problem.detail,
        code,
        field: problem.field.as_deref(),
        instance: &request.request_id,
    };
    let body = serde_json::to_vec(&body).expect("strings and numbers are always JSON");
    let mut reply = Reply::new(status, "application/problem+json", body);
    reply.class = Some(problem.kind.class());
    if let Some(wait) = problem.retry_after {
        // Rounded up: a client that waits as long as it is told never comes too early.
        let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
        reply = reply.header(header::RETRY_AFTER, &seconds.to_string());
    }
    match auth::challenge(problem) {
        Some(challenge) => reply.header(header::WWW_AUTHENTICATE, &challenge),
        None => reply,
    }
}

/// Name of the header with which the bank says that it booked nothing anew.
pub(super) const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

fn words(kind: ProblemKind) -> (StatusCode, &'static str, &'static str) {
    use ProblemKind as K;
    let (status, code, title) = match kind {
        K::UnknownPath => (404, "unknown_path", "No such path"),
        K::MethodNotAllowed => (405, "method_not_allowed", "The path has no such method"),
        K::MalformedRequest => (400, "malformed_request", "The request cannot be read"),
        K::InvalidParameter => (400, "invalid_parameter", "A parameter is wrong or missing"),
        K::MissingIdempotencyKey => (400, "missing_idempotency_key", "An order needs an idempotency key"),
        K::UnsupportedMediaType => (415, "unsupported_media_type", "The body must be JSON"),
        K::PayloadTooLarge => (413, "payload_too_large", "The body is too large"),
        K::NotAcceptable => (406, "not_acceptable", "Only JSON is served"),
        K::InvalidToken => (401, "invalid_token", "No valid access token"),
        K::InvalidClient => (401, "invalid_client", "The client is not known"),
        K::StepUpRequired => (401, "insufficient_user_authentication", "The account holder must log in for this"),
        K::ScaRequired => (403, "sca_required", "The account holder must log in"),
        K::ConsentExpired => (403, "consent_expired", "The consent has expired"),
        K::ConsentRevoked => (403, "consent_revoked", "The consent has ended"),
        K::InsufficientScope => (403, "insufficient_scope", "The token does not cover this"),
        K::CustomerNotFound => (404, "customer_not_found", "No such customer"),
        K::AccountNotFound => (404, "account_not_found", "No such account"),
        K::AccountClosed => (410, "account_closed", "The account was closed"),
        K::AccountUnavailable => (423, "account_unavailable", "The account is not available for the moment"),
        K::PaymentNotFound => (404, "payment_not_found", "No such payment"),
        K::ConsentNotFound => (404, "consent_not_found", "No such consent"),
        K::DataNotReady => (503, "data_not_ready", "The data are still being prepared"),
        K::RateLimited => (429, "rate_limit_exceeded", "Too many requests"),
        K::QuotaExhausted => (429, "quota_exceeded", "The calls of this period are used up"),
        K::Internal => (500, "internal_error", "The bank failed"),
        K::Unavailable => (503, "unavailable", "The bank is not available for the moment"),
        K::GatewayTimeout => (504, "gateway_timeout", "The bank did not answer in time"),
        K::OutcomeUnknown => (500, "outcome_unknown", "The bank cannot say what became of the request"),
        K::NotCancellable => (409, "payment_not_cancellable", "The payment can no longer be cancelled"),
        K::RequestInProgress => (409, "request_in_progress", "The same request is still running"),
        K::IdempotencyKeyReused => (422, "idempotency_key_reused", "The key was used for another request"),
        K::InsufficientFunds => (422, "insufficient_funds", "The account does not hold the amount"),
        K::CreditorRejected => (422, "creditor_rejected", "The creditor's account is not accepted"),
        K::PaymentRejected => (422, "payment_rejected", "The payment cannot be made from this account"),
        K::InvalidCursor => (400, "invalid_cursor", "The cursor does not work here"),
        K::ProtocolViolation => (502, "protocol_violation", "The answer breaks the contract"),
    };
    (StatusCode::from_u16(status).expect("the table holds legal statuses"), code, title)
}
