//! HTTP as a judge needs it: nothing followed, nothing retried, everything captured.
//!
//! Owns requests, replies, the capture of every exchange as evidence with secrets hidden, and the bounds on bodies and
//! time. The only module that opens a connection. Knows nothing of banks.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures_util::future::BoxFuture;

use crate::json::{self, JsonError, Value};
use crate::verdict::{Answer, Evidence, Exchange};

/// The largest body read; a longer one is cut and said to be cut.
const MAX_BODY_BYTES: usize = 8 * 1024 * 1024;
/// How much of a body is kept as evidence.
const EVIDENCE_BODY_BYTES: usize = 16 * 1024;
/// Longest wait for a whole answer.
const ANSWER_WITHIN: Duration = Duration::from_secs(10);

/// A request to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Method.
    pub method: &'static str,
    /// Absolute URL.
    pub url: String,
    /// Headers in order.
    pub headers: Vec<(String, String)>,
    /// Body.
    pub body: Option<Vec<u8>>,
}

/// An answer as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawReply {
    /// Status.
    pub status: u16,
    /// Headers in order, names in lower case.
    pub headers: Vec<(String, String)>,
    /// Body, as far as it came.
    pub body: Vec<u8>,
    /// Why the body is not whole, if it is not.
    pub cut: Option<String>,
}

/// An answer with the exchange that proves it.
#[derive(Debug, Clone)]
pub struct Reply {
    /// The exchange, secrets hidden.
    pub exchange: Arc<Exchange>,
    raw: RawReply,
}

/// Why there is no answer, or no whole one.
#[derive(Debug, Clone, thiserror::Error)]
pub enum HttpError {
    /// Nobody listens, no such host, no TLS, or a request that cannot be sent.
    #[error("{exchange}")]
    Unreachable {
        /// What was tried.
        exchange: Arc<Exchange>,
    },
    /// Connected, but the answer did not come, or not whole.
    #[error("{exchange}")]
    Cut {
        /// What was asked and what came.
        exchange: Arc<Exchange>,
    },
}

/// Why a transport has no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TransportError {
    /// Not connected.
    Unreachable(String),
    /// Connected, no head of an answer.
    NoAnswer(String),
}

/// Carries one request to a bank and its answer back.
pub trait Transport: Send + Sync {
    /// Sends once: no redirect followed, no retry.
    fn send<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Result<RawReply, TransportError>>;
}

/// The network.
pub struct Network {
    client: reqwest::Client,
}

/// What a client shows of itself in TLS handshakes (RFC 8705).
#[derive(Clone)]
pub struct ClientCertificate(Arc<reqwest::Identity>);

/// Authorities that vouch for banks.
#[derive(Clone)]
pub struct TrustAnchors(Vec<reqwest::Certificate>);

/// Sends requests and captures every exchange.
#[derive(Clone)]
pub struct Http {
    transport: Arc<dyn Transport>,
    sent: Arc<AtomicU64>,
}

impl Request {
    /// A GET.
    pub fn get(url: impl Into<String>) -> Request {
        Request::new("GET", url)
    }

    /// A POST without a body yet.
    pub fn post(url: impl Into<String>) -> Request {
        Request::new("POST", url)
    }

    /// Any method.
    pub fn new(method: &'static str, url: impl Into<String>) -> Request {
        Request { method, url: url.into(), headers: Vec::new(), body: None }
    }

    /// The same request with one more header.
    #[must_use]
    pub fn header(mut self, name: &str, value: impl Into<String>) -> Request {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// The same request with a bearer token.
    #[must_use]
    pub fn bearer(self, token: &str) -> Request {
        self.header("authorization", format!("Bearer {token}"))
    }

    /// The same request with a JSON body.
    #[must_use]
    pub fn json(mut self, text: impl Into<String>) -> Request {
        self.body = Some(text.into().into_bytes());
        self.header("content-type", "application/json")
    }

    /// The same request with a form body.
    #[must_use]
    pub fn form<N: AsRef<str>, V: AsRef<str>>(mut self, pairs: impl IntoIterator<Item = (N, V)>) -> Request {
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        form.extend_pairs(pairs);
        self.body = Some(form.finish().into_bytes());
        self.header("content-type", "application/x-www-form-urlencoded")
    }

    /// The same request with further query parameters.
    #[must_use]
    pub fn query<N: AsRef<str>, V: AsRef<str>>(mut self, pairs: impl IntoIterator<Item = (N, V)>) -> Request {
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        form.extend_pairs(pairs);
        let query = form.finish();
        if !query.is_empty() {
            self.url = format!("{}{}{query}", self.url, if self.url.contains('?') { '&' } else { '?' });
        }
        self
    }
}

impl RawReply {
    /// The first header of this name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(header, _)| header.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

impl Reply {
    /// Status.
    pub fn status(&self) -> u16 {
        self.raw.status
    }

    /// The first header of this name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.raw.header(name)
    }

    /// Every header of this name.
    pub fn headers<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.raw.headers.iter().filter(move |(header, _)| header.eq_ignore_ascii_case(name)).map(|(_, v)| v.as_str())
    }

    /// The body as text; bytes that are not UTF-8 are replaced.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.raw.body).into_owned()
    }

    /// The bytes of the body.
    pub fn body(&self) -> &[u8] {
        &self.raw.body
    }

    /// The body as JSON.
    ///
    /// # Errors
    /// Where it is not JSON.
    pub fn json(&self) -> Result<Value, JsonError> {
        json::parse_bytes(&self.raw.body)
    }

    /// The media type without parameters, lower case.
    pub fn media_type(&self) -> Option<String> {
        let value = self.header("content-type")?;
        Some(value.split(';').next().unwrap_or("").trim().to_ascii_lowercase())
    }

    /// `true` for 2xx.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.raw.status)
    }

    /// This exchange as evidence.
    pub fn evidence(&self) -> Evidence {
        Evidence::from(Arc::clone(&self.exchange))
    }
}

impl HttpError {
    /// The exchange that shows it.
    pub fn exchange(&self) -> &Arc<Exchange> {
        match self {
            HttpError::Unreachable { exchange } | HttpError::Cut { exchange } => exchange,
        }
    }
}

impl ClientCertificate {
    /// A certificate chain and its key, in one PEM text.
    ///
    /// # Errors
    /// In words, what is missing in it.
    pub fn of_pem(pem: &[u8]) -> Result<ClientCertificate, String> {
        reqwest::Identity::from_pem(pem)
            .map(|identity| ClientCertificate(Arc::new(identity)))
            .map_err(|error| chain(&error))
    }
}

impl TrustAnchors {
    /// The certificates of a PEM text.
    ///
    /// # Errors
    /// In words, why there are none.
    pub fn of_pem(pem: &[u8]) -> Result<TrustAnchors, String> {
        match reqwest::Certificate::from_pem_bundle(pem) {
            Ok(found) if found.is_empty() => Err("no certificate is in it".to_owned()),
            Ok(found) => Ok(TrustAnchors(found)),
            Err(error) => Err(chain(&error)),
        }
    }
}

impl std::fmt::Debug for ClientCertificate {
    /// Never the key.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a certificate with its key")
    }
}

impl std::fmt::Debug for TrustAnchors {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} authorities", self.0.len())
    }
}

impl Network {
    /// A client without redirects, retries, cookies or proxies.
    ///
    /// # Errors
    /// The text of what the TLS set-up lacks.
    pub fn new() -> Result<Network, String> {
        Network::with(None, None)
    }

    /// The same, which trusts these authorities too and shows this certificate.
    ///
    /// # Errors
    /// As there.
    pub fn with(anchors: Option<&TrustAnchors>, certificate: Option<&ClientCertificate>) -> Result<Network, String> {
        let mut builder = reqwest::Client::builder();
        if let Some(TrustAnchors(anchors)) = anchors {
            builder = builder.tls_certs_merge(anchors.iter().cloned());
        }
        if let Some(ClientCertificate(identity)) = certificate {
            builder = builder.identity(reqwest::Identity::clone(identity));
        }
        let client = builder
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .no_proxy()
            .connect_timeout(Duration::from_secs(5))
            .timeout(ANSWER_WITHIN)
            .user_agent(concat!("bank-conformance/", env!("CARGO_PKG_VERSION")))
            .build();
        client.map(|client| Network { client }).map_err(|error| chain(&error))
    }

    async fn exchange(&self, request: &Request) -> Result<RawReply, TransportError> {
        let method = reqwest::Method::from_bytes(request.method.as_bytes())
            .map_err(|error| TransportError::Unreachable(chain(&error)))?;
        let mut builder = self.client.request(method, &request.url);
        for (name, value) in &request.headers {
            builder = builder.header(name, value);
        }
        if let Some(body) = &request.body {
            builder = builder.body(body.clone());
        }
        let mut response = builder.send().await.map_err(|error| {
            if error.is_connect() || error.is_builder() {
                TransportError::Unreachable(chain(&error))
            } else {
                TransportError::NoAnswer(chain(&error))
            }
        })?;
        let headers = response
            .headers()
            .iter()
            .map(|(name, value)| (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
            .collect();
        let mut reply = RawReply { status: response.status().as_u16(), headers, body: Vec::new(), cut: None };
        loop {
            match response.chunk().await {
                Ok(None) => return Ok(reply),
                Ok(Some(chunk)) if reply.body.len() + chunk.len() > MAX_BODY_BYTES => {
                    reply.cut = Some(format!("body longer than {MAX_BODY_BYTES} bytes"));
                    return Ok(reply);
                }
                Ok(Some(chunk)) => reply.body.extend_from_slice(&chunk),
                Err(error) => {
                    reply.cut = Some(format!("body ended after {} bytes: {}", reply.body.len(), chain(&error)));
                    return Ok(reply);
                }
            }
        }
    }
}

impl Transport for Network {
    fn send<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Result<RawReply, TransportError>> {
        Box::pin(self.exchange(request))
    }
}

impl Http {
    /// Sends through a transport.
    pub fn over(transport: Arc<dyn Transport>) -> Http {
        Http { transport, sent: Arc::new(AtomicU64::new(0)) }
    }

    /// Sends one request once.
    ///
    /// # Errors
    /// When no whole answer came.
    pub async fn send(&self, request: Request) -> Result<Reply, HttpError> {
        let number = self.sent.fetch_add(1, Ordering::Relaxed) + 1;
        match self.transport.send(&request).await {
            Ok(raw) => {
                let exchange = Arc::new(captured(number, &request, Some(&raw), raw.cut.clone()));
                if raw.cut.is_some() { Err(HttpError::Cut { exchange }) } else { Ok(Reply { exchange, raw }) }
            }
            Err(TransportError::Unreachable(why)) => {
                Err(HttpError::Unreachable { exchange: Arc::new(captured(number, &request, None, Some(why))) })
            }
            Err(TransportError::NoAnswer(why)) => {
                Err(HttpError::Cut { exchange: Arc::new(captured(number, &request, None, Some(why))) })
            }
        }
    }
}

impl std::fmt::Debug for Http {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Http").field("sent", &self.sent).finish_non_exhaustive()
    }
}

fn captured(number: u64, request: &Request, raw: Option<&RawReply>, trouble: Option<String>) -> Exchange {
    let body_text = |body: &[u8]| {
        let text = hidden_body(&String::from_utf8_lossy(&body[..body.len().min(EVIDENCE_BODY_BYTES)]));
        if body.len() > EVIDENCE_BODY_BYTES { format!("{text}… ({} bytes in all)", body.len()) } else { text }
    };
    Exchange {
        number,
        method: request.method.to_owned(),
        url: hidden_url(&request.url),
        request_headers: request.headers.iter().map(hidden_header).collect(),
        request_body: request.body.as_deref().map(body_text),
        answer: raw.map(|raw| Answer {
            status: raw.status,
            headers: raw.headers.iter().map(hidden_header).collect(),
            body: body_text(&raw.body),
        }),
        trouble,
        reference: raw.and_then(|raw| raw.header("x-request-id")).map(str::to_owned),
    }
}

/// Names whose values are never shown: in queries, forms and JSON bodies.
const SECRET_NAMES: &[&str] = &[
    "access_token",
    "refresh_token",
    "id_token",
    "code",
    "code_verifier",
    "client_secret",
    "client_assertion",
    "password",
    "token",
    "device_code",
    "auth_req_id",
    "registration_access_token",
    "id_token_hint",
    "csrf",
    "csrf_token",
];
const SECRET_HEADERS: &[&str] = &["authorization", "cookie", "set-cookie", "dpop"];
const HIDDEN: &str = "<hidden>";

fn hidden_header(header: &(String, String)) -> (String, String) {
    let (name, value) = header;
    if SECRET_HEADERS.iter().any(|secret| name.eq_ignore_ascii_case(secret)) {
        let scheme = value.split_once(' ').filter(|_| name.eq_ignore_ascii_case("authorization"));
        return (name.clone(), scheme.map_or(HIDDEN.to_owned(), |(scheme, _)| format!("{scheme} {HIDDEN}")));
    }
    if name.eq_ignore_ascii_case("location") {
        return (name.clone(), hidden_url(value));
    }
    (name.clone(), value.clone())
}

fn hidden_url(url: &str) -> String {
    match url.split_once('?') {
        Some((path, query)) => format!("{path}?{}", hidden_pairs(query)),
        None => url.to_owned(),
    }
}

fn hidden_pairs(pairs: &str) -> String {
    let hide = |pair: &str| match pair.split_once('=') {
        Some((name, _)) if SECRET_NAMES.contains(&name) => format!("{name}={HIDDEN}"),
        _ => pair.to_owned(),
    };
    pairs.split('&').map(hide).collect::<Vec<_>>().join("&")
}

/// Hides the values of secret names in a form body or in JSON text, without needing the text to be well-formed. A
/// problem's `code` member is a word, not a secret, so in JSON only the other names are hidden.
fn hidden_body(text: &str) -> String {
    if !text.trim_start().starts_with(['{', '[', '<']) {
        return hidden_pairs(text);
    }
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, quoted)) = rest.split_once('"') {
        shown.push_str(before);
        shown.push('"');
        let (name, after) = quoted.split_once('"').unwrap_or((quoted, ""));
        shown.push_str(name);
        rest = after;
        if after.is_empty() && !quoted.contains('"') {
            return shown;
        }
        shown.push('"');
        let is_secret = name != "code" && SECRET_NAMES.contains(&name);
        let value = after.trim_start().strip_prefix(':').map(str::trim_start).and_then(|after| after.strip_prefix('"'));
        if let (true, Some(value)) = (is_secret, value) {
            shown.push_str(&format!(": \"{HIDDEN}\""));
            rest = value.split_once('"').map_or("", |(_, after)| after);
        }
    }
    shown.push_str(rest);
    shown
}

/// An error with its causes, in one line.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text.push_str(": ");
            text.push_str(&cause_text);
        }
        source = cause.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_not_evidence() {
        let request = Request::post("http://bank/token?code=abc&state=s").bearer("tok").form([
            ("grant_type", "authorization_code"),
            ("code", "abc"),
            ("client_secret", "sec"),
        ]);
        let raw = RawReply {
            status: 200,
            headers: vec![("location".to_owned(), "http://c/cb?code=abc&iss=i".to_owned())],
            body: br#"{"access_token" : "tok", "scope": "a", "code": "invalid_cursor", "refresh_token":"r"}"#.to_vec(),
            cut: None,
        };
        let exchange = captured(1, &request, Some(&raw), None);
        assert_eq!(exchange.url, "http://bank/token?code=<hidden>&state=s");
        assert_eq!(exchange.request_headers[0].1, "Bearer <hidden>");
        assert_eq!(
            exchange.request_body.as_deref(),
            Some("grant_type=authorization_code&code=<hidden>&client_secret=<hidden>")
        );
        let answer = exchange.answer.unwrap();
        assert_eq!(answer.headers[0].1, "http://c/cb?code=<hidden>&iss=i");
        assert_eq!(
            answer.body,
            r#"{"access_token": "<hidden>", "scope": "a", "code": "invalid_cursor", "refresh_token": "<hidden>"}"#
        );
    }

    #[test]
    fn a_query_is_appended_to_what_is_there() {
        assert_eq!(Request::get("http://b/x?a=1").query([("b", "2 3")]).url, "http://b/x?a=1&b=2+3");
        assert_eq!(Request::get("http://b/x").query([("b", "2")]).url, "http://b/x?b=2");
    }
}
