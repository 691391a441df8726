//! One request and its reply, as every layer between the socket and the bank sees them.
//!
//! Owns the types the layers hand each other. Knows no dialect, no OAuth and no fault.

use std::sync::Arc;
use std::time::Duration;

use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use bank_fixtures::error_class::ErrorClass;
use bytes::Bytes;
use jiff::Timestamp;

use crate::certificate::PeerCertificate;
use crate::operation::Operation;

/// A request as it reached one bank: the world and bank prefix are taken off the path.
#[derive(Debug, Clone)]
pub struct Request {
    /// Method.
    pub method: Method,
    /// Path inside the bank, starting with `/`, percent-encoded as received.
    pub path: String,
    /// Raw query string without `?`; empty if there was none.
    pub query: String,
    /// Headers as received, names lower-case.
    pub headers: HeaderMap,
    /// Whole body.
    pub body: Bytes,
    /// External base URL of the bank without a trailing slash: what `iss` and `htu` are built from, and links unless
    /// [`Request::resource_base`] says otherwise.
    pub base_url: String,
    /// The certificate the client showed in its TLS handshake; `None` without one, whatever a header claims.
    pub certificate: Option<Arc<PeerCertificate>>,
    /// The same base URL at the listener for mutual TLS, where there is one and the request came inside TLS: what
    /// `mtls_endpoint_aliases` are built from, and another form of `aud` and `htu` (RFC 8705 5).
    pub mutual_base_url: Option<String>,
    /// Number of the connection inside this process.
    pub connection: u64,
    /// What `x-request-id` of the answer says: the client's own if it was legal, else made from the world's seed.
    pub request_id: String,
}

impl Request {
    /// A GET of nobody in particular: no headers, no body, no certificate.
    pub(crate) fn get(path: &str, query: &str, base_url: &str) -> Request {
        Request {
            method: Method::GET,
            path: path.to_owned(),
            query: query.to_owned(),
            headers: HeaderMap::new(),
            body: Bytes::new(),
            base_url: base_url.to_owned(),
            certificate: None,
            mutual_base_url: None,
            connection: 0,
            request_id: String::new(),
        }
    }
}

/// A routed request on its way to a handler.
#[derive(Debug)]
pub struct Call<'a> {
    /// The request.
    pub request: &'a Request,
    /// What it asks for.
    pub operation: Operation,
    /// Values of the path template's `{…}` segments, percent-decoded, in template order.
    pub params: Vec<(String, String)>,
    /// Who asks, once a token was accepted.
    pub access: Option<Arc<Access>>,
    /// Virtual time at which the request is served.
    pub now: Timestamp,
}

/// What an accepted access token allows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Access {
    /// The OAuth client.
    pub client_id: String,
    /// The account holder; `None` for a token from client credentials.
    pub user: Option<String>,
    /// The consent the token was issued under; `None` for client credentials.
    pub consent_id: Option<String>,
    /// Granted scopes.
    pub scopes: Vec<String>,
    /// First 16 hexadecimal digits of the token's SHA-256: names the token without revealing it.
    pub token_id: String,
}

/// What a handler answers. Bodies are whole: faults on the wire are applied later, at the socket.
#[derive(Debug, Clone)]
pub struct Reply {
    /// Status.
    pub status: StatusCode,
    /// Headers, content type included.
    pub headers: HeaderMap,
    /// Whole body.
    pub body: Bytes,
    /// `true` if answering changed what the bank knows (a payment was booked, a consent ended).
    pub committed: bool,
    /// `true` if an earlier answer was given again instead of acting.
    pub replayed: bool,
    /// What went wrong, for the journal.
    pub class: Option<ErrorClass>,
    /// Headers every answer carries that this one does not.
    pub withheld: Vec<HeaderName>,
    /// What a token that came with this answer gives access to.
    pub issued: Option<Arc<Access>>,
}

/// A refusal in neutral words; each dialect renders it in its own envelope, code and status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// What is wrong.
    pub kind: ProblemKind,
    /// One sentence for the developer who reads the answer: what, and what would be legal.
    pub detail: String,
    /// The parameter, header or JSON pointer at fault.
    pub field: Option<String>,
    /// When to come back, for limits and outages.
    pub retry_after: Option<Duration>,
    /// What the client has to show, where the usual words do not say it: the value of `WWW-Authenticate`.
    pub challenge: Option<String>,
}

macro_rules! problem_kinds {
    ($($variant:ident => $class:ident, $about:literal;)*) => {
        /// What is wrong, finer than an [`ErrorClass`] and still free of any standard's vocabulary.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum ProblemKind { $(#[doc = $about] $variant,)* }

        impl ProblemKind {
            /// Every kind.
            pub const ALL: &'static [ProblemKind] = &[$(ProblemKind::$variant,)*];

            /// It in a few words.
            pub fn about(self) -> &'static str {
                match self { $(ProblemKind::$variant => $about,)* }
            }

            /// The canonical class a client should understand.
            pub fn class(self) -> ErrorClass {
                match self { $(ProblemKind::$variant => ErrorClass::$class,)* }
            }
        }
    };
}

problem_kinds! {
    UnknownPath => InvalidRequest, "no such path";
    MethodNotAllowed => InvalidRequest, "the path exists, the method does not";
    MalformedRequest => InvalidRequest, "the body is not what the content type says";
    InvalidParameter => InvalidRequest, "a parameter, header or member is wrong or missing";
    MissingIdempotencyKey => InvalidRequest, "a money-moving call came without its key";
    UnsupportedMediaType => InvalidRequest, "the body's content type is not served";
    PayloadTooLarge => InvalidRequest, "the body is over the limit";
    NotAcceptable => NotAcceptable, "no representation the client accepts";
    InvalidToken => AuthToken, "access token missing, unknown, expired or revoked";
    InvalidClient => AuthClient, "client credentials wrong or missing";
    ScaRequired => ScaRequired, "the account holder must authenticate again";
    StepUpRequired => ScaRequired, "the call takes a fresher or stronger login than the token's";
    ConsentExpired => ConsentInvalid, "the consent's time is over";
    ConsentRevoked => ConsentInvalid, "the consent was withdrawn";
    InsufficientScope => ConsentScope, "the token or consent does not cover this";
    CustomerNotFound => ResourceGone, "no such customer under this consent";
    AccountNotFound => ResourceGone, "no such account under this consent";
    AccountClosed => ResourceGone, "the account was closed";
    AccountUnavailable => ResourceUnavailable, "the account is temporarily not served";
    PaymentNotFound => ResourceGone, "no such payment of this client";
    ConsentNotFound => ResourceGone, "no such consent of this client";
    DataNotReady => NotReady, "the data are still being prepared";
    RateLimited => RateLimited, "too many requests";
    QuotaExhausted => QuotaExhausted, "the window's calls are used up";
    Internal => ProviderUnavailable, "the bank failed";
    Unavailable => ProviderUnavailable, "the bank is down for the moment";
    GatewayTimeout => Timeout, "the bank did not answer in time";
    OutcomeUnknown => UnknownOutcome, "the bank cannot say whether it acted";
    NotCancellable => ConflictState, "the order is past the point where it can be cancelled";
    RequestInProgress => InProgress, "the same call is still running";
    IdempotencyKeyReused => IdempotencyConflict, "the key came before with other content";
    InsufficientFunds => BusinessRejected, "the account does not hold the amount";
    CreditorRejected => BusinessRejected, "the creditor's account is not accepted";
    PaymentRejected => BusinessRejected, "the order cannot be carried out from this account";
    InvalidCursor => PageInvalidated, "the cursor is unknown here";
    ProtocolViolation => ProtocolViolation, "the answer breaks the standard on purpose";
}

impl ProblemKind {
    /// What a bank that answers with this status usually means; `None` for a success or a redirect.
    pub fn of_status(status: u16) -> Option<ProblemKind> {
        Some(match status {
            0..=399 => return None,
            401 => ProblemKind::InvalidToken,
            403 => ProblemKind::InsufficientScope,
            404 => ProblemKind::AccountNotFound,
            405 => ProblemKind::MethodNotAllowed,
            406 => ProblemKind::NotAcceptable,
            409 => ProblemKind::RequestInProgress,
            410 => ProblemKind::AccountClosed,
            413 => ProblemKind::PayloadTooLarge,
            415 => ProblemKind::UnsupportedMediaType,
            422 => ProblemKind::CreditorRejected,
            423 => ProblemKind::AccountUnavailable,
            429 => ProblemKind::RateLimited,
            400..=499 => ProblemKind::InvalidParameter,
            500 => ProblemKind::Internal,
            504 => ProblemKind::GatewayTimeout,
            _ => ProblemKind::Unavailable,
        })
    }
}

impl Problem {
    /// A refusal with a sentence.
    pub fn new(kind: ProblemKind, detail: impl Into<String>) -> Problem {
        Problem { kind, detail: detail.into(), field: None, retry_after: None, challenge: None }
    }

    /// The same, naming the parameter, header or JSON pointer at fault.
    #[must_use]
    pub fn at(mut self, field: impl Into<String>) -> Problem {
        self.field = Some(field.into());
        self
    }

    /// The same, saying what the client has to show.
    #[must_use]
    pub fn challenge(mut self, challenge: impl Into<String>) -> Problem {
        self.challenge = Some(challenge.into());
        self
    }

    /// The same, saying when to come back.
    #[must_use]
    pub fn retry_after(mut self, wait: Duration) -> Problem {
        self.retry_after = Some(wait);
        self
    }
}

impl Reply {
    /// A reply with a body of this content type.
    pub fn new(status: StatusCode, content_type: &'static str, body: impl Into<Bytes>) -> Reply {
        let mut headers = HeaderMap::new();
        headers.insert(axum::http::header::CONTENT_TYPE, HeaderValue::from_static(content_type));
        Reply {
            status,
            headers,
            body: body.into(),
            committed: false,
            replayed: false,
            class: None,
            withheld: Vec::new(),
            issued: None,
        }
    }

    /// A reply without a body.
    pub fn empty(status: StatusCode) -> Reply {
        let (headers, body, withheld) = (HeaderMap::new(), Bytes::new(), Vec::new());
        Reply { status, headers, body, committed: false, replayed: false, class: None, withheld, issued: None }
    }

    /// The same with one more header; a value that is not legal in a header is dropped.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: &str) -> Reply {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.insert(name, value);
        }
        self
    }

    /// The same, saying that the bank's state changed.
    #[must_use]
    pub fn committed(mut self) -> Reply {
        self.committed = true;
        self
    }

    /// The same, saying that an earlier answer was given again.
    #[must_use]
    pub fn replayed(mut self) -> Reply {
        self.replayed = true;
        self
    }
}

impl Request {
    /// What links to resources begin with: where the client called, if it showed a certificate there. A token that is bound to
    /// one is good nowhere else.
    pub fn resource_base(&self) -> &str {
        let mutual = self.mutual_base_url.as_deref().filter(|_| self.certificate.is_some());
        mutual.unwrap_or(&self.base_url)
    }
}

impl Call<'_> {
    /// The value of a `{…}` segment of the path template.
    pub fn param(&self, name: &str) -> &str {
        let found = self.params.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str()).expect("handlers only ask for segments of their own route")
    }

    /// The first value of a query parameter, decoded.
    pub fn query(&self, name: &str) -> Option<String> {
        let mut pairs = url::form_urlencoded::parse(self.request.query.as_bytes());
        pairs.find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
    }

    /// A header as text; `None` if absent or not text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.request.headers.get(name).and_then(|value| value.to_str().ok())
    }
}
