//! One request and what came of it.
//!
//! Owns the HTTP library: no redirects, no hidden retries, a bound on every body. Knows nothing of what an answer means
//! or of whether to ask again.

use std::time::Duration;

use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Method, Url};

/// A page of 100 rows is some tens of kilobytes; nothing we ask for is larger than this.
const MAX_BODY_BYTES: usize = 8 << 20;

/// A request that can be sent any number of times, each time the same bytes.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    /// Method.
    pub(crate) method: Method,
    /// Absolute address.
    pub(crate) url: Url,
    /// JSON body.
    pub(crate) body: Option<Vec<u8>>,
    /// Idempotency key.
    pub(crate) key: Option<String>,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    /// HTTP status.
    pub(crate) status: u16,
    headers: HeaderMap,
    /// The body.
    pub(crate) body: Body,
}

/// How much of the body came.
#[derive(Debug)]
pub(crate) enum Body {
    /// All of it.
    Whole(Vec<u8>),
    /// Less than promised; the connection broke inside it.
    Cut(Vec<u8>),
    /// More than we are willing to read.
    TooLarge,
}

/// Why nothing came back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lost {
    /// No connection: the request never left.
    NotSent,
    /// The connection broke after the request left.
    Broken,
    /// No answer in time.
    TimedOut,
}

impl Request {
    /// A request that reads.
    pub(crate) fn get(url: Url) -> Request {
        Request { method: Method::GET, url, body: None, key: None }
    }

    /// The same request with the token in its query, where everybody who logs addresses reads it.
    pub(crate) fn with_token_in_address(&self, bearer: &str) -> Request {
        let mut request = self.clone();
        request.url.query_pairs_mut().append_pair("access_token", bearer);
        request
    }

    /// Path and query without the origin, for logs; secrets never are in it.
    pub(crate) fn target(&self) -> String {
        match self.url.query() {
            Some(query) => format!("{}?{query}", self.url.path()),
            None => self.url.path().to_owned(),
        }
    }
}

impl Answer {
    /// A header as text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}

/// The HTTP client, with everything off that would act behind our back.
///
/// # Errors
/// The library could not be set up.
pub(crate) fn client(request_limit: Duration, follows_redirects: bool) -> Result<reqwest::Client, reqwest::Error> {
    let redirects = match follows_redirects {
        true => reqwest::redirect::Policy::limited(3),
        false => reqwest::redirect::Policy::none(),
    };
    reqwest::Client::builder()
        .redirect(redirects)
        .retry(reqwest::retry::never())
        .no_proxy()
        .connect_timeout(request_limit.min(Duration::from_secs(5)))
        .timeout(request_limit)
        .user_agent("reference-client")
        .build()
}

/// Sends a request once.
///
/// # Errors
/// [`Lost`] if no status line came back.
pub(crate) async fn send(
    http: &reqwest::Client,
    request: &Request,
    bearer: &str,
    presence: Option<(&'static str, &str)>,
) -> Result<Answer, Lost> {
    let mut builder = http
        .request(request.method.clone(), request.url.clone())
        .header(ACCEPT, "application/json, application/problem+json")
        .header(AUTHORIZATION, sensitive(&format!("Bearer {bearer}")));
    if let Some((name, value)) = presence {
        builder = builder.header(name, value);
    }
    if let Some(key) = &request.key {
        builder = builder.header(HeaderName::from_static("idempotency-key"), key);
    }
    if let Some(body) = &request.body {
        builder = builder.header(CONTENT_TYPE, "application/json").body(body.clone());
    }
    receive(builder).await
}

/// Reads an address without showing who we are.
///
/// # Errors
/// [`Lost`] if no status line came back.
pub(crate) async fn send_bare(http: &reqwest::Client, url: Url) -> Result<Answer, Lost> {
    receive(http.get(url).header(ACCEPT, "application/json, text/html")).await
}

/// Sends a form with the client's id and secret, as the token endpoint wants it.
///
/// # Errors
/// [`Lost`] if no status line came back.
pub(crate) async fn send_form(
    http: &reqwest::Client,
    url: Url,
    (id, secret): &(String, String),
    form: &[(&str, &str)],
) -> Result<Answer, Lost> {
    // RFC 6749 §2.3.1: both parts are form-encoded before they become Basic credentials.
    let encoded = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    receive(http.post(url).basic_auth(encoded(id), Some(encoded(secret))).form(form)).await
}

async fn receive(builder: reqwest::RequestBuilder) -> Result<Answer, Lost> {
    let mut response = builder.send().await.map_err(|error| lost(&error))?;
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let mut bytes = Vec::new();
    let body = loop {
        match response.chunk().await {
            Ok(Some(chunk)) if bytes.len() + chunk.len() > MAX_BODY_BYTES => break Body::TooLarge,
            Ok(Some(chunk)) => bytes.extend_from_slice(&chunk),
            Ok(None) => break Body::Whole(bytes),
            Err(_) => break Body::Cut(bytes),
        }
    };
    Ok(Answer { status, headers, body })
}

fn lost(error: &reqwest::Error) -> Lost {
    if error.is_connect() {
        Lost::NotSent
    } else if error.is_timeout() {
        Lost::TimedOut
    } else {
        Lost::Broken
    }
}

/// A header value the library keeps out of its own logs; a token that cannot be a header is sent as an empty one.
fn sensitive(text: &str) -> HeaderValue {
    let mut value = HeaderValue::from_str(text).unwrap_or(HeaderValue::from_static(""));
    value.set_sensitive(true);
    value
}
