//! The network: one request, one answer, within bounds.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;

use super::{RawReply, Request, Transport, TransportError};

/// The largest body read; a longer one is cut and said to be cut.
const MAX_BODY_BYTES: usize = 8 * 1024 * 1024;

/// Longest wait for a whole answer.
const ANSWER_WITHIN: Duration = Duration::from_secs(10);

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
