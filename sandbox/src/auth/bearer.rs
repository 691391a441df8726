//! Access tokens at the bank's resources (RFC 6750): who asks, and whether they may.

use std::sync::Arc;

use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use bank_fixtures::record::ConsentStatus;
use jiff::Timestamp;

use crate::auth::AuthServer;
use crate::auth::form::Form;
use crate::auth::grant::Worthless;
use crate::bank::Ledger;
use crate::dialect::Needs;
use crate::exchange::{Access, Problem, ProblemKind, Request};

/// `field` of a problem about a token that was not sent, as opposed to one that is no good.
const MISSING: &str = "header.Authorization";
const MAX_TOKEN_BYTES: usize = 4096;

impl AuthServer {
    /// Who asks: `None` if the request carries no bearer token. A route that [`Needs::Nothing`] has no use for the answer:
    /// there the header may hold client credentials.
    ///
    /// # Errors
    /// `InvalidToken` for a token that is malformed, unknown, expired or revoked; `InvalidParameter` for a token outside
    /// the `Authorization` header or for several of them.
    pub fn identify(&self, request: &Request, now: Timestamp) -> Result<Option<Arc<Access>>, Problem> {
        refuse_token_elsewhere(request)?;
        let mut headers = request.headers.get_all(AUTHORIZATION).iter();
        let Some(header) = headers.next() else { return Ok(None) };
        if headers.next().is_some() {
            let problem = Problem::new(ProblemKind::InvalidParameter, "send one Authorization header, not several");
            return Err(problem.at("header.Authorization"));
        }
        let Some(token) = header.to_str().ok().and_then(bearer) else { return Ok(None) };
        if token.is_empty() || token.len() > MAX_TOKEN_BYTES || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(Problem::new(ProblemKind::InvalidToken, "the access token is malformed"));
        }
        let token = self
            .grants
            .access(token, now)
            .map_err(|why: Worthless| Problem::new(ProblemKind::InvalidToken, format!("the access token is {why}")))?;
        Ok(Some(Arc::clone(&token.access)))
    }
}

impl AuthServer {
    /// Whom an access token stands for, if it lives.
    pub(crate) fn access_of(&self, token: &str, now: Timestamp) -> Option<Arc<Access>> {
        self.grants.access(token, now).ok().map(|token| Arc::clone(&token.access))
    }

    /// The client that the bearer token of a request was issued to here, whether or not the token still lives.
    pub fn client_of_token(&self, request: &Request) -> Option<String> {
        let token = request.headers.get(AUTHORIZATION)?.to_str().ok().and_then(bearer)?;
        if token.len() > MAX_TOKEN_BYTES { None } else { self.grants.client_of_access(token) }
    }
}

/// Whether a call may go on: it has the token, scope and consent its route needs.
///
/// # Errors
/// `InvalidToken` without a token, `InsufficientScope`, `ConsentExpired`, `ConsentRevoked`, or `ScaRequired` for a consent
/// nobody has approved yet.
pub fn admit(needs: Needs, access: Option<&Access>, ledger: &Ledger, now: Timestamp) -> Result<(), Problem> {
    let scope = match needs {
        Needs::Nothing => return Ok(()),
        Needs::Consent(scope) | Needs::Client(scope) => scope,
    };
    let missing =
        || Problem::new(ProblemKind::InvalidToken, "send an access token: Authorization: Bearer TOKEN").at(MISSING);
    let access = access.ok_or_else(missing)?;
    if let Needs::Consent(_) = needs {
        consent_in_force(access, ledger, now)?;
    }
    // A route that any scope opens names none.
    if scope.is_empty() || access.scopes.iter().any(|granted| granted == scope) {
        return Ok(());
    }
    Err(Problem::new(ProblemKind::InsufficientScope, format!("the token does not cover the scope {scope}")))
}

/// The `WWW-Authenticate` value of a refusal that is about the access token (RFC 6750 3); `None` for any other refusal.
pub fn challenge(problem: &Problem) -> Option<String> {
    let error = match problem.kind {
        ProblemKind::InvalidToken if problem.field.as_deref() == Some(MISSING) => return Some("Bearer".to_owned()),
        ProblemKind::InvalidToken => "invalid_token",
        ProblemKind::InsufficientScope => "insufficient_scope",
        _ => return None,
    };
    Some(format!("Bearer error=\"{error}\""))
}

fn consent_in_force(access: &Access, ledger: &Ledger, now: Timestamp) -> Result<(), Problem> {
    let Some(id) = &access.consent_id else {
        let detail = "this needs the token of an account holder who gave a consent, from the authorization code grant";
        return Err(Problem::new(ProblemKind::InsufficientScope, detail));
    };
    let status = ledger.consent(id, now).map(|view| view.consent.status);
    let (kind, detail) = match status {
        Some(ConsentStatus::Active) => return Ok(()),
        Some(ConsentStatus::Expired) => (ProblemKind::ConsentExpired, "the consent has expired"),
        Some(ConsentStatus::Awaiting | ConsentStatus::PartiallyAuthorised) => {
            (ProblemKind::ScaRequired, "the account holder has not approved the consent")
        }
        _ => (ProblemKind::ConsentRevoked, "the consent was withdrawn"),
    };
    Err(Problem::new(kind, format!("{detail}: ask the account holder for a new one")))
}

/// The token after the scheme, whose name has no case (RFC 9110 11.1); `None` for another scheme.
fn bearer(header: &str) -> Option<&str> {
    let (scheme, token) = header.split_once(' ').unwrap_or((header, ""));
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim_matches(' '))
}

/// A token in a URL ends in logs; the forms RFC 6750 2.2 and 2.3 allow are refused (OAuth 2.1 5.2).
fn refuse_token_elsewhere(request: &Request) -> Result<(), Problem> {
    let in_query = names_access_token(request.query.as_bytes());
    let is_form = request
        .headers
        .get(CONTENT_TYPE)
        .is_some_and(|value| value.as_bytes().to_ascii_lowercase().starts_with(b"application/x-www-form-urlencoded"));
    let in_body = is_form && names_access_token(&request.body);
    if !in_query && !in_body {
        return Ok(());
    }
    let field = if in_query { "query.access_token" } else { "/access_token" };
    let detail = "send the access token in the Authorization header only";
    Err(Problem::new(ProblemKind::InvalidParameter, detail).at(field))
}

fn names_access_token(parameters: &[u8]) -> bool {
    // The cheap test first: nearly every request stops here.
    let mentioned = parameters.windows(b"access".len()).any(|window| window == b"access");
    mentioned && Form::parse(parameters).is_ok_and(|form| form.get("access_token").is_some())
}
