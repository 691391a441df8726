//! What is asked of a bank and what comes back.

use std::sync::Arc;

use crate::json::{self, JsonError, Value};
use crate::verdict::{Evidence, Exchange};

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
    pub(super) raw: RawReply,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_appended_to_what_is_there() {
        assert_eq!(Request::get("http://b/x?a=1").query([("b", "2 3")]).url, "http://b/x?a=1&b=2+3");
        assert_eq!(Request::get("http://b/x").query([("b", "2")]).url, "http://b/x?b=2");
    }
}
