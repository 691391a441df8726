//! Failures of control calls: problem details (RFC 9457), with a list where a file is at fault.

use axum::body::Body;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::{HeaderValue, StatusCode, header, request::Parts};
use axum::response::{IntoResponse, Response};
use bank_fixtures::document::Diagnostics;
use http_body_util::BodyExt;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::shape::{self, Shaped};

/// Most names a sentence lists.
const NAMED: usize = 20;
/// Largest body of a call.
const BODY_LIMIT_BYTES: usize = 2 * 1024 * 1024;
/// How much of a larger one is read and dropped.
const DRAIN_LIMIT_BYTES: usize = 32 * 1024 * 1024;

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

    /// A body is wrong: every mistake in it.
    fn body(diagnostics: &Diagnostics) -> Failure {
        let mistakes = diagnostics.iter().map(|found| {
            let key = if found.route.is_empty() { String::new() } else { format!("{}: ", found.route) };
            let meant = match (&found.suggestion, &found.legal) {
                (Some(meant), _) => format!(", did you mean `{meant}`?"),
                (None, Some(legal)) => format!(" (legal: {legal})"),
                (None, None) => String::new(),
            };
            format!("line {} column {}: {key}{}{meant}", found.line, found.column, found.message)
        });
        let detail = format!("the body is not what this call takes: {}", mistakes.collect::<Vec<_>>().join("; "));
        Failure { errors: FileError::list(diagnostics), ..Failure::bad_request(detail) }
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

impl<T: Shaped, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, state: &S) -> Result<Self, Failure> {
        let Text(text) = Text::from_request(request, state).await?;
        let text = if text.trim_ascii().is_empty() { "{}" } else { &text };
        shape::check(T::SCHEMA, text).map_err(|found| Failure::body(&found))?;
        let read = serde_json::from_str(text);
        read.map(Json).map_err(|error| Failure::bad_request(format!("the body is not what this call takes: {error}")))
    }
}

/// A body of text.
pub(super) struct Text(pub(super) String);

impl<S: Send + Sync> FromRequest<S> for Text {
    type Rejection = Failure;

    async fn from_request(request: Request, _: &S) -> Result<Self, Failure> {
        let bytes = whole(request.into_body()).await?;
        String::from_utf8(bytes).map(Text).map_err(|_| Failure::bad_request("the body is not UTF-8 text"))
    }
}

/// A whole body. One that is too large is read on for a while and dropped, so that its sender gets to read the answer.
async fn whole(mut body: Body) -> Result<Vec<u8>, Failure> {
    let (mut bytes, mut size) = (Vec::new(), 0);
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| Failure::bad_request(format!("the body could not be read: {error}")))?;
        let Ok(piece) = frame.into_data() else { continue };
        size += piece.len();
        match size {
            0..=BODY_LIMIT_BYTES => bytes.extend_from_slice(&piece),
            _ if size > DRAIN_LIMIT_BYTES => break,
            _ => {}
        }
    }
    if size > BODY_LIMIT_BYTES {
        let detail = format!("the body is larger than {} MiB, which no call takes", BODY_LIMIT_BYTES >> 20);
        return Err(Failure::bad_request(detail));
    }
    Ok(bytes)
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
