//! Failures of control calls: problem details (RFC 9457), with a list where a file is at fault.

use axum::extract::{FromRequest, FromRequestParts, Request, rejection::BytesRejection};
use axum::http::{HeaderValue, StatusCode, header, request::Parts};
use axum::response::{IntoResponse, Response};
use bank_fixtures::document::Diagnostics;
use bytes::Bytes;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Most names a sentence lists.
const NAMED: usize = 20;

/// A control call that failed.
#[derive(Debug, Serialize)]
pub(super) struct Failure {
    #[serde(rename = "type")]
    kind: String,
    title: &'static str,
    status: u16,
    detail: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<FileError>,
}

/// One mistake in a file.
#[derive(Debug, Serialize)]
pub(super) struct FileError {
    line: usize,
    column: usize,
    key: String,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    suggestion: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<String>,
}

impl Failure {
    fn new(status: StatusCode, code: &str, title: &'static str, detail: impl Into<String>) -> Failure {
        let kind = format!("urn:problem:control:{code}");
        Failure { kind, title, status: status.as_u16(), detail: detail.into(), errors: Vec::new() }
    }

    /// What was asked for does not exist.
    pub(super) fn unknown(what: &str, name: &str, legal: &[String]) -> Failure {
        let legal = match legal.len() {
            0 => "there is none".to_owned(),
            1..=NAMED => format!("there is {}", legal.join(", ")),
            many => format!("there is {} and {} more", legal[..NAMED].join(", "), many - NAMED),
        };
        let detail = format!("no {what} `{name}`; {legal}");
        Failure::new(StatusCode::NOT_FOUND, "not_found", "Not found", detail)
    }

    /// The request itself is wrong.
    pub(super) fn bad_request(detail: impl Into<String>) -> Failure {
        Failure::new(StatusCode::BAD_REQUEST, "bad_request", "Bad request", detail)
    }

    /// It cannot be done as things stand.
    pub(super) fn conflict(detail: impl Into<String>) -> Failure {
        Failure::new(StatusCode::CONFLICT, "conflict", "Conflict", detail)
    }

    /// It was understood and makes no sense.
    pub(super) fn refused(detail: impl Into<String>) -> Failure {
        Failure::new(StatusCode::UNPROCESSABLE_ENTITY, "refused", "Refused", detail)
    }

    /// The operator did not allow it.
    pub(super) fn forbidden(detail: impl Into<String>) -> Failure {
        Failure::new(StatusCode::FORBIDDEN, "forbidden", "Forbidden", detail)
    }

    /// There is room for no more.
    pub(super) fn full(detail: impl Into<String>) -> Failure {
        Failure::new(StatusCode::TOO_MANY_REQUESTS, "limit_reached", "Limit reached", detail)
    }

    /// The control token is missing or wrong.
    pub(super) fn unauthorized() -> Failure {
        let detail = "this control API needs `Authorization: Bearer` with the token given as `--control-token`";
        Failure::new(StatusCode::UNAUTHORIZED, "unauthorized", "Unauthorized", detail)
    }

    /// No such call.
    pub(super) fn no_call(method: &str, path: &str) -> Failure {
        let detail = format!("no call `{method} {path}`; docs/control-api.md lists them");
        Failure::new(StatusCode::NOT_FOUND, "not_found", "Not found", detail)
    }

    /// A file is wrong: every mistake in it.
    pub(super) fn file(diagnostics: &Diagnostics) -> Failure {
        let detail = diagnostics.to_string();
        let mut failure = Failure::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid_file", "The file is wrong", detail);
        failure.errors = FileError::list(diagnostics);
        failure
    }
}

impl FileError {
    /// Every mistake.
    pub(super) fn list(diagnostics: &Diagnostics) -> Vec<FileError> {
        let mistakes = diagnostics.iter().map(|found| FileError {
            line: found.line,
            column: found.column,
            key: found.route.clone(),
            message: found.message.clone(),
            value: found.value.clone(),
            help: found.legal.clone(),
            suggestion: found.suggestion.clone(),
        });
        mistakes.collect()
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).expect("made from a status");
        let body = serde_json::to_vec(&self).expect("strings and numbers serialise");
        let mut response = (status, body).into_response();
        let problem = HeaderValue::from_static("application/problem+json");
        response.headers_mut().insert(header::CONTENT_TYPE, problem);
        if status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

/// A JSON body. An absent one is an empty object.
pub(super) struct Json<T>(pub(super) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, state: &S) -> Result<Self, Failure> {
        let bytes = Bytes::from_request(request, state).await.map_err(unread)?;
        let text: &[u8] = if bytes.trim_ascii().is_empty() { b"{}" } else { &bytes };
        let read = serde_json::from_slice(text);
        read.map(Json).map_err(|error| Failure::bad_request(format!("the body is not what this call takes: {error}")))
    }
}

/// A body of text.
pub(super) struct Text(pub(super) String);

impl<S: Send + Sync> FromRequest<S> for Text {
    type Rejection = Failure;

    async fn from_request(request: Request, state: &S) -> Result<Self, Failure> {
        let bytes = Bytes::from_request(request, state).await.map_err(unread)?;
        String::from_utf8(bytes.into()).map(Text).map_err(|_| Failure::bad_request("the body is not UTF-8 text"))
    }
}

fn unread(rejection: BytesRejection) -> Failure {
    Failure::bad_request(format!("the body could not be read: {rejection}"))
}

/// Query parameters; unknown ones are refused.
pub(super) struct Query<T>(pub(super) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        let read = axum::extract::Query::<T>::try_from_uri(&parts.uri);
        read.map(|axum::extract::Query(value)| Query(value)).map_err(|rejection| {
            use std::error::Error;
            let reason = rejection.source().map_or_else(|| rejection.to_string(), ToString::to_string);
            Failure::bad_request(format!("the query is not what this call takes: {reason}"))
        })
    }
}
