//! Problems of every layer in OAuth's own envelope, and as a page.

use axum::http::StatusCode;
use axum::http::header::RETRY_AFTER;

use crate::auth::bearer::challenge;
use crate::auth::error::{ErrorCode, OAuthError};
use crate::auth::page;
use crate::exchange::{Problem, ProblemKind, Reply};

/// A problem at an OAuth endpoint as JSON with `error` and `error_description` (RFC 6749 5.2).
pub fn problem(problem: &Problem) -> Reply {
    let mut reply = as_error(problem).reply();
    reply.class = Some(problem.kind.class());
    with_wait(reply, problem)
}

/// A problem on the account holder's way as an HTML page.
pub fn problem_page(problem: &Problem) -> Reply {
    let mut reply = page::error(&as_error(problem));
    reply.class = Some(problem.kind.class());
    with_wait(reply, problem)
}

/// OAuth has few words: what RFC 6749 and 6750 have no code for is `invalid_request` or `temporarily_unavailable`,
/// told apart by the status.
fn as_error(problem: &Problem) -> OAuthError {
    use ProblemKind as K;
    let (code, status) = match problem.kind {
        K::InvalidToken | K::StepUpRequired => (ErrorCode::InvalidToken, StatusCode::UNAUTHORIZED),
        K::InvalidClient => (ErrorCode::InvalidClient, StatusCode::UNAUTHORIZED),
        K::InsufficientScope | K::ConsentExpired | K::ConsentRevoked | K::ScaRequired => {
            (ErrorCode::InsufficientScope, StatusCode::FORBIDDEN)
        }
        K::UnknownPath => (ErrorCode::InvalidRequest, StatusCode::NOT_FOUND),
        K::MethodNotAllowed => (ErrorCode::InvalidRequest, StatusCode::METHOD_NOT_ALLOWED),
        K::PayloadTooLarge => (ErrorCode::InvalidRequest, StatusCode::PAYLOAD_TOO_LARGE),
        K::NotAcceptable => (ErrorCode::InvalidRequest, StatusCode::NOT_ACCEPTABLE),
        K::RateLimited | K::QuotaExhausted => (ErrorCode::TemporarilyUnavailable, StatusCode::TOO_MANY_REQUESTS),
        K::Unavailable | K::DataNotReady => (ErrorCode::TemporarilyUnavailable, StatusCode::SERVICE_UNAVAILABLE),
        K::GatewayTimeout => (ErrorCode::TemporarilyUnavailable, StatusCode::GATEWAY_TIMEOUT),
        K::ProtocolViolation => (ErrorCode::ServerError, StatusCode::BAD_GATEWAY),
        K::Internal | K::OutcomeUnknown => (ErrorCode::ServerError, StatusCode::INTERNAL_SERVER_ERROR),
        _ => (ErrorCode::InvalidRequest, StatusCode::BAD_REQUEST),
    };
    let error = OAuthError::new(code, &problem.detail).status(status);
    match challenge(problem) {
        Some(challenge) => error.challenge(challenge),
        None => error,
    }
}

fn with_wait(reply: Reply, problem: &Problem) -> Reply {
    match problem.retry_after {
        Some(wait) => reply.header(RETRY_AFTER, &wait.as_secs_f64().ceil().to_string()),
        None => reply,
    }
}
