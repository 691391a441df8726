//! What a scenario may know about a call when it decides.

use jiff::Timestamp;

use crate::dialect::CallFacts;
use crate::exchange::{Access, Request};
use crate::operation::Operation;

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

    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.request.headers.get(name)?.to_str().ok()
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
