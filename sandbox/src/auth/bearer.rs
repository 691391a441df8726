//! Access tokens at the bank's resources (RFC 6750, RFC 9449 7, RFC 8705 3): who asks, and whether they may.

use std::sync::Arc;

use axum::http::HeaderValue;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use bank_fixtures::record::ConsentStatus;
use jiff::Timestamp;

use crate::auth::AuthServer;
use crate::auth::error::{DPOP_NONCE, OAuthError};
use crate::auth::form::Form;
use crate::auth::grant::{AccessToken, Binding, Worthless};
use crate::auth::nonce::Place;
use crate::auth::proof::{self, PROOF_ALGORITHMS};
use crate::auth::security::Sender;
use crate::auth::settings::AuthSettings;
use crate::auth::step::{self, Stage};
use crate::bank::Ledger;
use crate::dialect::Needs;
use crate::exchange::{Access, Problem, ProblemKind, Reply, Request};

/// `field` of a problem about a token that was not sent, as opposed to one that is no good.
const MISSING: &str = "header.Authorization";
/// Longer than any token of the bank: a scenario may pad them.
const MAX_TOKEN_BYTES: usize = 64 * 1024;

impl AuthServer {
    /// Who asks: `None` if the request carries no access token. A route that [`Needs::Nothing`] has no use for the answer:
    /// there the header may hold client credentials.
    ///
    /// # Errors
    /// `InvalidToken` for a token that is malformed, unknown, expired, revoked, or bound to a key or certificate that the
    /// request does not show; `InvalidParameter` for a token outside the `Authorization` header or for several of them.
    pub fn identify(&self, request: &Request, now: Timestamp) -> Result<Option<Arc<Access>>, Problem> {
        let found = self.find(request, now);
        if self.needs_no_token(&found) {
            return self.access_without_token(request);
        }
        let Some((scheme, token, found)) = found? else { return Ok(None) };
        let mut shown = Shown { auth: self, request, now, scheme, token, binding: found.binding.as_ref() };
        step::run(step::RESOURCE, &mut shown).map_err(|refusal| shown.problem(&refusal))?;
        Ok(Some(found.access))
    }

    /// Whether the token of a request that was identified before is still good; what it showed besides is not judged
    /// again, because a proof is good once.
    ///
    /// # Errors
    /// `InvalidToken` if it has ended meanwhile.
    pub fn identify_again(&self, request: &Request, now: Timestamp) -> Result<Option<Arc<Access>>, Problem> {
        let found = self.find(request, now);
        if self.needs_no_token(&found) {
            return self.access_without_token(request);
        }
        Ok(found?.map(|(_, _, found)| found.access))
    }

    /// The token of a request, and what it stands for.
    fn find<'a>(
        &self,
        request: &'a Request,
        now: Timestamp,
    ) -> Result<Option<(Scheme, &'a str, AccessToken)>, Problem> {
        refuse_token_elsewhere(request)?;
        let mut headers = request.headers.get_all(AUTHORIZATION).iter();
        let Some(header) = headers.next() else { return Ok(None) };
        if headers.next().is_some() {
            let problem = Problem::new(ProblemKind::InvalidParameter, "send one Authorization header, not several");
            return Err(problem.at("header.Authorization"));
        }
        let Some((scheme, token)) = header.to_str().ok().and_then(credentials) else { return Ok(None) };
        if token.is_empty() || token.len() > MAX_TOKEN_BYTES || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(Problem::new(ProblemKind::InvalidToken, "the access token is malformed"));
        }
        let found = self
            .grants
            .access(token, now)
            .map_err(|why: Worthless| Problem::new(ProblemKind::InvalidToken, format!("the access token is {why}")))?;
        Ok(Some((scheme, token, found)))
    }

    /// The live token of a request; what is wrong with any other is for those to say who look for it first.
    pub(crate) fn token_of(&self, request: &Request, now: Timestamp) -> Option<AccessToken> {
        self.find(request, now).ok().flatten().map(|(_, _, found)| found)
    }

    /// Whom an access token stands for, if it lives.
    pub(crate) fn access_of(&self, token: &str, now: Timestamp) -> Option<Arc<Access>> {
        self.grants.access(token, now).ok().map(|token| Arc::clone(&token.access))
    }

    /// The client that the access token of a request was issued to here, whether or not the token still lives.
    pub fn client_of_token(&self, request: &Request) -> Option<String> {
        let (_, token) = request.headers.get(AUTHORIZATION)?.to_str().ok().and_then(credentials)?;
        if token.len() > MAX_TOKEN_BYTES { None } else { self.grants.client_of_access(token) }
    }

    /// The same problem in the words of this bank: it asks for the scheme its tokens are shown with.
    pub fn challenged(&self, problem: Problem) -> Problem {
        let problem = self.asking_for_a_key(problem);
        let bound = matches!(self.settings.security.sender, Sender::Dpop | Sender::Either);
        match challenge(&problem) {
            Some(words) if bound && problem.challenge.is_none() => {
                let words = words.replacen("Bearer", "DPoP", 1);
                let joint = if words.contains(' ') { "," } else { "" };
                problem.challenge(format!("{words}{joint} {}", algorithms()))
            }
            _ => problem,
        }
    }

    /// Adds to a resource's answer what a client that sends DPoP proofs needs for the next one.
    pub fn accompany(&self, request: &Request, now: Timestamp, reply: &mut Reply) {
        if !request.headers.contains_key(proof::HEADER) || reply.headers.contains_key(&DPOP_NONCE) {
            return;
        }
        let next = self.nonces.next(self.settings.security.nonces, Place::Resource, &self.mint, now);
        if let Some(nonce) = next.and_then(|nonce| HeaderValue::from_str(&nonce).ok()) {
            reply.headers.insert(DPOP_NONCE, nonce);
        }
    }
}

/// The steps of an access token that is known.
pub(crate) struct ResourceStage;

/// An access token as it was shown.
pub(crate) struct Shown<'a> {
    pub(crate) auth: &'a AuthServer,
    pub(crate) request: &'a Request,
    pub(crate) now: Timestamp,
    pub(crate) scheme: Scheme,
    pub(crate) token: &'a str,
    pub(crate) binding: Option<&'a Binding>,
}

/// How a token is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scheme {
    Bearer,
    Dpop,
}

impl Stage for ResourceStage {
    type Context<'a> = Shown<'a>;

    fn settings<'a>(context: &'a Shown<'_>) -> &'a AuthSettings {
        &context.auth.settings
    }
}

impl Shown<'_> {
    fn problem(&self, refusal: &OAuthError) -> Problem {
        let scheme = if matches!(self.binding, Some(Binding::Key(_))) { Scheme::Dpop } else { self.scheme };
        let problem = Problem::new(ProblemKind::InvalidToken, refusal.description());
        match scheme {
            Scheme::Dpop => problem.challenge(format!("DPoP error=\"{}\", {}", refusal.code.name(), algorithms())),
            Scheme::Bearer => problem,
        }
    }
}

/// The parameter `algs` of a challenge (RFC 9449 7.1).
pub(crate) fn algorithms() -> String {
    let names: Vec<&str> = PROOF_ALGORITHMS.iter().map(|algorithm| algorithm.name()).collect();
    format!("algs=\"{}\"", names.join(" "))
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
    if problem.challenge.is_some() {
        return problem.challenge.clone();
    }
    let error = match problem.kind {
        ProblemKind::InvalidToken if problem.field.as_deref() == Some(MISSING) => return Some("Bearer".to_owned()),
        ProblemKind::InvalidToken => "invalid_token",
        ProblemKind::InsufficientScope => "insufficient_scope",
        ProblemKind::StepUpRequired => "insufficient_user_authentication",
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

/// Scheme and token; schemes have no case (RFC 9110 11.1). `None` for one that shows no access token.
fn credentials(header: &str) -> Option<(Scheme, &str)> {
    let (name, token) = header.split_once(' ').unwrap_or((header, ""));
    let scheme = match name {
        name if name.eq_ignore_ascii_case("bearer") => Scheme::Bearer,
        name if name.eq_ignore_ascii_case("dpop") => Scheme::Dpop,
        _ => return None,
    };
    Some((scheme, token.trim_matches(' ')))
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
