//! OAuth errors: codes, statuses and the JSON body of RFC 6749 5.2.
//!
//! Owns how a refusal of the authorization server looks as JSON. Pages and redirects are rendered by `page` and
//! `endpoint::authorize`.

use axum::http::header::{CACHE_CONTROL, PRAGMA, WWW_AUTHENTICATE};
use axum::http::{HeaderName, StatusCode};
use bank_fixtures::error_class::ErrorClass;
use serde::Serialize;

use crate::exchange::Reply;

macro_rules! error_codes {
    ($($variant:ident = $name:literal, $status:literal, $class:ident, $source:literal;)*) => {
        /// A registered OAuth error code.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum ErrorCode { $(#[doc = $source] $variant,)* }

        impl ErrorCode {
            /// The value of `error`.
            pub(crate) fn name(self) -> &'static str {
                match self { $(ErrorCode::$variant => $name,)* }
            }

            /// The status of a JSON answer with this code.
            pub(crate) fn status(self) -> StatusCode {
                let status = match self { $(ErrorCode::$variant => $status,)* };
                StatusCode::from_u16(status).expect("the table holds legal statuses")
            }

            /// The canonical class a client should understand.
            pub(crate) fn class(self) -> ErrorClass {
                match self { $(ErrorCode::$variant => ErrorClass::$class,)* }
            }
        }
    };
}

error_codes! {
    InvalidRequest = "invalid_request", 400, InvalidRequest, "RFC 6749 5.2, 4.1.2.1";
    InvalidClient = "invalid_client", 401, AuthClient, "RFC 6749 5.2";
    InvalidGrant = "invalid_grant", 400, ConsentInvalid, "RFC 6749 5.2";
    UnauthorizedClient = "unauthorized_client", 400, AuthClient, "RFC 6749 5.2, 4.1.2.1";
    UnsupportedGrantType = "unsupported_grant_type", 400, InvalidRequest, "RFC 6749 5.2";
    UnsupportedResponseType = "unsupported_response_type", 400, InvalidRequest, "RFC 6749 4.1.2.1";
    InvalidScope = "invalid_scope", 400, ConsentScope, "RFC 6749 5.2, 4.1.2.1";
    AccessDenied = "access_denied", 403, ConsentInvalid, "RFC 6749 4.1.2.1";
    LoginRequired = "login_required", 403, ScaRequired, "OpenID Connect Core 3.1.2.6";
    ConsentRequired = "consent_required", 403, ScaRequired, "OpenID Connect Core 3.1.2.6";
    RequestUriNotSupported = "request_uri_not_supported", 400, InvalidRequest, "OpenID Connect Core 3.1.2.6";
    RegistrationNotSupported = "registration_not_supported", 400, InvalidRequest, "OpenID Connect Core 3.1.2.6";
    InvalidToken = "invalid_token", 401, AuthToken, "RFC 6750 3.1";
    InsufficientScope = "insufficient_scope", 403, ConsentScope, "RFC 6750 3.1";
    InvalidDpopProof = "invalid_dpop_proof", 400, AuthClient, "RFC 9449 5";
    UseDpopNonce = "use_dpop_nonce", 400, AuthClient, "RFC 9449 8";
    InvalidRequestObject = "invalid_request_object", 400, InvalidRequest, "RFC 9101 7";
    InvalidRequestUri = "invalid_request_uri", 400, InvalidRequest, "RFC 9101 7";
    InvalidAuthorizationDetails = "invalid_authorization_details", 400, ConsentScope, "RFC 9396 5";
    AuthorizationPending = "authorization_pending", 400, ScaRequired, "RFC 8628 3.5, OpenID CIBA 11";
    SlowDown = "slow_down", 400, RateLimited, "RFC 8628 3.5, OpenID CIBA 11";
    ExpiredToken = "expired_token", 400, ConsentInvalid, "RFC 8628 3.5, OpenID CIBA 11";
    UnknownUserId = "unknown_user_id", 400, InvalidRequest, "OpenID CIBA 13";
    ExpiredLoginHintToken = "expired_login_hint_token", 400, InvalidRequest, "OpenID CIBA 13";
    InvalidBindingMessage = "invalid_binding_message", 400, InvalidRequest, "OpenID CIBA 13";
    InvalidRedirectUri = "invalid_redirect_uri", 400, InvalidRequest, "RFC 7591 3.2.2";
    InvalidClientMetadata = "invalid_client_metadata", 400, InvalidRequest, "RFC 7591 3.2.2";
    InvalidSoftwareStatement = "invalid_software_statement", 400, AuthClient, "RFC 7591 3.2.2";
    UnapprovedSoftwareStatement = "unapproved_software_statement", 400, AuthClient, "RFC 7591 3.2.2";
    ServerError = "server_error", 500, ProviderUnavailable, "RFC 6749 4.1.2.1";
    TemporarilyUnavailable = "temporarily_unavailable", 503, ProviderUnavailable, "RFC 6749 4.1.2.1";
}

/// Brings the nonce for the next DPoP proof (RFC 9449 8).
pub(crate) const DPOP_NONCE: HeaderName = HeaderName::from_static("dpop-nonce");

/// A refusal of the authorization server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OAuthError {
    /// What is wrong.
    pub(crate) code: ErrorCode,
    /// One sentence: what, and what would be legal.
    description: String,
    /// Status of a JSON answer or of a page.
    status: StatusCode,
    /// Value of `WWW-Authenticate`.
    challenge: Option<String>,
    /// Value of `DPoP-Nonce`.
    nonce: Option<String>,
}

/// RFC 6749 5.2.
#[derive(Serialize)]
struct ErrorBody<'a> {
    error: &'a str,
    error_description: &'a str,
}

impl OAuthError {
    /// A refusal with a sentence; characters that RFC 6749 5.2 forbids in `error_description` are replaced.
    pub(crate) fn new(code: ErrorCode, description: impl AsRef<str>) -> OAuthError {
        let description = describable(description.as_ref());
        OAuthError { code, description, status: code.status(), challenge: None, nonce: None }
    }

    /// The same with another status.
    #[must_use]
    pub(crate) fn status(mut self, status: StatusCode) -> OAuthError {
        self.status = status;
        self
    }

    /// The same with a `WWW-Authenticate` header.
    #[must_use]
    pub(crate) fn challenge(mut self, challenge: impl Into<String>) -> OAuthError {
        self.challenge = Some(challenge.into());
        self
    }

    /// The same with the nonce for the next DPoP proof.
    #[must_use]
    pub(crate) fn nonce(mut self, nonce: Option<String>) -> OAuthError {
        self.nonce = nonce;
        self
    }

    /// The same for a client that asks directly: what would be said to an account holder is a bad request here.
    #[must_use]
    pub(crate) fn for_client(self) -> OAuthError {
        if self.code == ErrorCode::InvalidClient { self } else { self.status(StatusCode::BAD_REQUEST) }
    }

    /// Status of a JSON answer or a page.
    pub(crate) fn status_code(&self) -> StatusCode {
        self.status
    }

    /// The sentence, safe for JSON, headers and URLs.
    pub(crate) fn description(&self) -> &str {
        &self.description
    }

    /// The answer as JSON.
    pub(crate) fn reply(&self) -> Reply {
        let body = ErrorBody { error: self.code.name(), error_description: &self.description };
        let mut reply = json(self.status, &body);
        reply.class = Some(self.code.class());
        if let Some(nonce) = &self.nonce {
            reply = reply.header(DPOP_NONCE, nonce);
        }
        match &self.challenge {
            Some(challenge) => reply.header(WWW_AUTHENTICATE, challenge),
            None => reply,
        }
    }
}

/// A JSON answer that no cache may keep (RFC 6749 5.1).
pub(crate) fn json<T: Serialize>(status: StatusCode, body: &T) -> Reply {
    let body = serde_json::to_vec(body).expect("response structs hold only text, numbers and lists");
    Reply::new(status, "application/json", body).header(CACHE_CONTROL, "no-store").header(PRAGMA, "no-cache")
}

/// `%x20-21 / %x23-5B / %x5D-7E` pass; a quote becomes an apostrophe, anything else a full stop.
fn describable(text: &str) -> String {
    let legal = |c: char| match c {
        '"' | '`' => '\'',
        ' '..='~' if c != '\\' => c,
        _ => '.',
    };
    text.chars().map(legal).collect()
}
