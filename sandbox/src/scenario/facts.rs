//! What a scenario may know about a call when it decides.

use std::borrow::Cow;
use std::fmt;

use axum::http::HeaderName;
use bank_fixtures::record::{AccountKind, ConsentStatus, PaymentStatus};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::dialect::CallFacts;
use crate::exchange::{Access, Request};
use crate::journal;
use crate::operation::Operation;

/// What the bank knows that a call does not say. Only rules that ask for it make it look.
pub trait BankView: fmt::Debug {
    /// Where its days begin and end.
    fn zone(&self) -> &TimeZone;

    /// The state of an order of the caller.
    fn payment_status(&self, payment: &str) -> Option<PaymentStatus>;

    /// The state of a consent.
    fn consent_status(&self, consent: &str) -> Option<ConsentStatus>;

    /// The type of an account.
    fn account_kind(&self, account: &str) -> Option<AccountKind>;
}

/// One call, in the words of scenarios.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// What the call is.
    pub operation: Operation,
    /// The request as it reached the bank.
    pub request: &'a Request,
    /// Who asks, if the token was accepted.
    pub access: Option<&'a Access>,
    /// The OAuth client, as far as it is known: from the token, or from a token request.
    pub client_id: Option<&'a str>,
    /// What only the dialect could read.
    pub call: &'a CallFacts,
    /// Virtual time.
    pub now: Timestamp,
    /// The bank it is made to.
    pub bank: &'a dyn BankView,
}

impl Facts<'_> {
    pub(super) fn client(&self) -> Option<&str> {
        self.client_id.or_else(|| self.access.map(|access| access.client_id.as_str()))
    }

    pub(super) fn psu(&self) -> Option<&str> {
        self.access?.user.as_deref()
    }

    pub(super) fn consent(&self) -> Option<&str> {
        self.access?.consent_id.as_deref()
    }

    pub(super) fn token(&self) -> Option<&str> {
        self.access.map(|access| access.token_id.as_str())
    }

    /// The host name the client asked for.
    pub(super) fn host(&self) -> Option<&str> {
        let (_, rest) = self.request.base_url.split_once("://")?;
        let authority = rest.split('/').next()?;
        let host = authority.rsplit_once(':').filter(|(_, port)| port.bytes().all(|byte| byte.is_ascii_digit()));
        Some(host.map_or(authority, |(host, _)| host)).filter(|host| !host.is_empty())
    }

    pub(super) fn header(&self, name: &HeaderName) -> Option<&str> {
        self.request.headers.get(name)?.to_str().ok()
    }

    /// The first value of a query parameter.
    pub(super) fn query(&self, name: &str) -> Option<Cow<'_, str>> {
        let mut pairs = url::form_urlencoded::parse(self.request.query.as_bytes());
        pairs.find(|(key, _)| key == name).map(|(_, value)| value)
    }

    /// What makes two calls attempts of the same request: client, operation and idempotency key, or else client, method,
    /// target and body.
    pub(super) fn request_identity(&self) -> String {
        let (client, request) = (self.client().unwrap_or_default(), self.request);
        match &self.call.idempotency_key {
            Some(key) => format!("{client}\n{}\n{key}", self.operation),
            None => {
                let (body, method) = (journal::fingerprint(&request.body), &request.method);
                format!("{client}\n{method} {}?{}\n{body}", request.path, request.query)
            }
        }
    }

    /// A value of a JSON body as text.
    pub(super) fn body(&self, pointer: &str) -> Option<String> {
        let json: serde_json::Value = serde_json::from_slice(&self.request.body).ok()?;
        match json.pointer(pointer)? {
            serde_json::Value::Null => None,
            serde_json::Value::String(text) => Some(text.clone()),
            other => Some(other.to_string()),
        }
    }
}
