//! One attempt: a connection of its own, one request, the answer, within a time.

use std::time::Duration;

use axum::http::{HeaderMap, Request, StatusCode, header};
use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use url::Url;

use super::Letter;
use crate::clock;

/// How long an endpoint may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// Most bytes of an answer that are read.
const ANSWER_LIMIT_BYTES: usize = 64 * 1024;

/// What came of an attempt.
#[derive(Debug)]
pub(crate) enum Outcome {
    Answered(Acknowledgement),
    /// No answer in time.
    Timeout,
    /// No connection, or it broke.
    Unreachable(String),
    /// The address is outside and was not allowed.
    Forbidden,
}

/// What an endpoint answered.
#[derive(Debug)]
pub(crate) struct Acknowledgement {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

/// Sends a letter. Redirects are not followed: an answer is an answer.
pub(crate) async fn send(url: &Url, letter: Letter) -> Outcome {
    match clock::timeout(PATIENCE, exchange(url, letter)).await {
        Ok(Ok(answer)) => Outcome::Answered(answer),
        Ok(Err(error)) => Outcome::Unreachable(error),
        Err(_) => Outcome::Timeout,
    }
}

async fn exchange(url: &Url, letter: Letter) -> Result<Acknowledgement, String> {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    // Names below `localhost` are this machine, whatever a resolver says (RFC 6761 6.3).
    let host = if host.ends_with(".localhost") { "localhost" } else { host };
    let port = url.port_or_known_default().unwrap_or(80);
    let stream = TcpStream::connect((host, port)).await.map_err(|error| error.to_string())?;
    let handshake = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await;
    let (mut sender, connection) = handshake.map_err(|error| error.to_string())?;
    let driven = tokio::spawn(connection);
    let target = &url[url::Position::BeforePath..url::Position::AfterQuery];
    let Letter { method, headers, body } = letter;
    let request = Request::builder().method(method).uri(target).body(Full::new(body));
    let mut request = request.map_err(|error| error.to_string())?;
    *request.headers_mut() = headers;
    let authority = &url[url::Position::BeforeHost..url::Position::AfterPort];
    let authority = authority.parse().map_err(|_| "the address is no legal header".to_owned())?;
    request.headers_mut().insert(header::HOST, authority);
    let answer = sender.send_request(request).await.map_err(|error| error.to_string())?;
    let (parts, body) = answer.into_parts();
    // A longer answer is cut: nobody reads it.
    let body = Limited::new(body, ANSWER_LIMIT_BYTES).collect().await.map(|body| body.to_bytes()).unwrap_or_default();
    driven.abort();
    Ok(Acknowledgement { status: parts.status, headers: parts.headers, body })
}
