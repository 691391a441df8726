//! How a client says who it is: Basic, body, assertion, or its id alone.

use axum::http::StatusCode;
use axum::http::header::AUTHORIZATION;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::auth::AuthServer;
use crate::auth::assertion::claimed_subject;
use crate::auth::client::{AuthMethod, Client};
use crate::auth::endpoint::back_channel::is_form;
use crate::auth::error::{ErrorCode, OAuthError};
use crate::auth::form::{Form, decode_component};
use crate::exchange::Request;

/// What a client sent to prove who it is. Nothing in it is verified yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Credentials {
    /// `Authorization: Basic`.
    Basic { client_id: String, secret: String },
    /// `client_id` and `client_secret` in the body.
    Post { client_id: String, secret: String },
    /// `client_assertion` in the body.
    Assertion { client_id: String, jwt: String },
    /// `client_id`, and the certificate of the TLS handshake: what a client that registered for it proves itself with.
    Certificate { client_id: String, method: AuthMethod },
    /// `client_id` alone.
    Public { client_id: String },
}

const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

impl Credentials {
    /// Reads them from a request and its form; several at once are refused.
    pub(crate) fn read(request: &Request, form: &Form) -> Result<Credentials, OAuthError> {
        let basic = basic(request).transpose()?;
        let (secret, assertion) = (form.get("client_secret"), form.get("client_assertion"));
        let kind = form.get("client_assertion_type");
        let client_id = form.get("client_id");
        if usize::from(basic.is_some()) + usize::from(secret.is_some()) + usize::from(assertion.is_some()) > 1 {
            let description = "the client authenticated in more than one way: use the one it registered";
            return Err(OAuthError::new(ErrorCode::InvalidRequest, description));
        }
        match (basic, secret, assertion, client_id) {
            (Some(basic), ..) => Ok(basic),
            (_, _, Some(_), _) if kind != Some(ASSERTION_TYPE) => {
                let description = format!("client_assertion_type must be {ASSERTION_TYPE}");
                Err(OAuthError::new(ErrorCode::InvalidRequest, description))
            }
            (_, _, Some(jwt), id) => {
                let client_id =
                    id.map(str::to_owned).or_else(|| claimed_subject(jwt)).ok_or_else(|| failed(request))?;
                Ok(Credentials::Assertion { client_id, jwt: jwt.to_owned() })
            }
            (_, Some(secret), _, Some(id)) => {
                Ok(Credentials::Post { client_id: id.to_owned(), secret: secret.to_owned() })
            }
            (_, None, None, Some(id)) => Ok(Credentials::Public { client_id: id.to_owned() }),
            _ => Err(failed(request)),
        }
    }

    /// The client they claim to be of.
    pub(crate) fn client_id(&self) -> &str {
        match self {
            Credentials::Basic { client_id, .. }
            | Credentials::Post { client_id, .. }
            | Credentials::Assertion { client_id, .. }
            | Credentials::Certificate { client_id, .. }
            | Credentials::Public { client_id } => client_id,
        }
    }

    /// The method they belong to.
    pub(crate) fn method(&self) -> AuthMethod {
        match self {
            Credentials::Basic { .. } => AuthMethod::SecretBasic,
            Credentials::Post { .. } => AuthMethod::SecretPost,
            Credentials::Assertion { .. } => AuthMethod::PrivateKeyJwt,
            Credentials::Certificate { method, .. } => *method,
            Credentials::Public { .. } => AuthMethod::None,
        }
    }

    /// The same, where a client that sent its id alone registered to be known by its certificate.
    pub(crate) fn of_client(self, client: &Client) -> Credentials {
        let by_certificate =
            |method: &&AuthMethod| matches!(method, AuthMethod::TlsClientAuth | AuthMethod::SelfSignedTlsClientAuth);
        match (self, client.auth_methods.iter().find(by_certificate)) {
            (Credentials::Public { client_id }, Some(method)) => {
                Credentials::Certificate { client_id, method: *method }
            }
            (credentials, _) => credentials,
        }
    }
}

impl AuthServer {
    /// The consent behind the code or refresh token of a token request, whether or not it still buys anything.
    pub fn consent_of(&self, request: &Request) -> Option<String> {
        let form = is_form(request).then(|| Form::parse(&request.body).ok()).flatten()?;
        let code = form.get("code").and_then(|secret| self.grants.code(secret)).map(|code| code.grant.consent_id);
        let refresh = || form.get("refresh_token").and_then(|secret| self.grants.refresh(secret));
        code.or_else(|| refresh().map(|token| token.family.grant.consent_id.clone()))?
    }

    /// The client a request says it is from, before anything is verified: for the journal, limits and scenarios. A form
    /// of the bank's own pages belongs to the client that sent the account holder there.
    pub fn claimed_client_id(&self, request: &Request) -> Option<String> {
        claimed_client_id(request).or_else(|| {
            let form = is_form(request).then(|| parsed_if(b"interaction=", &request.body)).flatten()?;
            self.sessions.client_of(form.get("interaction")?)
        })
    }
}

fn claimed_client_id(request: &Request) -> Option<String> {
    if let Some(Ok(credentials)) = basic(request) {
        return Some(credentials.client_id().to_owned());
    }
    named(request.query.as_bytes()).or_else(|| is_form(request).then(|| named(&request.body)).flatten())
}

/// The parameters, if a marker is in them: the cheap test first, because nearly every request to a resource stops there.
fn parsed_if(marker: &[u8], parameters: &[u8]) -> Option<Form> {
    parameters.windows(marker.len()).find(|window| *window == marker)?;
    Form::parse(parameters).ok()
}

/// The client that parameters name.
fn named(parameters: &[u8]) -> Option<String> {
    let form = parsed_if(b"client_", parameters)?;
    form.get("client_id").map(str::to_owned).or_else(|| claimed_subject(form.get("client_assertion")?))
}

/// The one answer to every failed authentication: who guesses learns nothing from it.
pub(crate) fn failed(request: &Request) -> OAuthError {
    let error =
        OAuthError::new(ErrorCode::InvalidClient, "client authentication failed").status(StatusCode::UNAUTHORIZED);
    if request.headers.contains_key(AUTHORIZATION) { error.challenge("Basic realm=\"oauth\"") } else { error }
}

/// The Basic credentials of a request; `None` if it has no `Authorization` header.
fn basic(request: &Request) -> Option<Result<Credentials, OAuthError>> {
    let mut headers = request.headers.get_all(AUTHORIZATION).iter();
    let header = headers.next()?;
    if headers.next().is_some() {
        return Some(Err(OAuthError::new(ErrorCode::InvalidRequest, "send one Authorization header, not several")));
    }
    Some(header.to_str().ok().and_then(parse_basic).ok_or_else(|| failed(request)))
}

fn parse_basic(header: &str) -> Option<Credentials> {
    let (scheme, encoded) = header.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let bytes = STANDARD.decode(encoded.trim()).ok()?;
    let colon = bytes.iter().position(|byte| *byte == b':')?;
    let client_id = decode_component(&bytes[..colon])?;
    let secret = decode_component(&bytes[colon + 1..])?;
    Some(Credentials::Basic { client_id, secret })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn basic_credentials_are_form_encoded_inside_the_base64() {
        let header = format!("bAsIc {}", STANDARD.encode("a%3Ab:p+q%2F"));
        let expected = Credentials::Basic { client_id: "a:b".to_owned(), secret: "p q/".to_owned() };
        assert_eq!(parse_basic(&header), Some(expected));
        for bad in ["", "Basic", "Basic !!", "Basic YQ==", "Bearer YTpi"] {
            assert_eq!(parse_basic(bad), None, "{bad}");
        }
    }

    proptest! {
        #[test]
        fn any_header_is_credentials_or_nothing(header in "\\PC{0,80}", raw in proptest::collection::vec(any::<u8>(), 0..60)) {
            let _ = parse_basic(&header);
            let _ = parse_basic(&format!("Basic {}", STANDARD.encode(raw)));
        }
    }
}
