//! The authorization endpoint (RFC 6749 3.1): where a client sends the account holder.
//!
//! Errors found before the client and its redirect URI are certain are pages; all later ones go to the client.

use std::sync::Arc;
use std::time::Duration;

use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, LOCATION, REFERRER_POLICY};
use bank_fixtures::record::Consent;

use crate::auth::client::Client;
use crate::auth::endpoint::{decide, journey};
use crate::auth::error::{ErrorCode, OAuthError};
use crate::auth::form::Form;
use crate::auth::grant::Challenge;
use crate::auth::page;
use crate::auth::redirect::append;
use crate::auth::scope::ScopeSet;
use crate::auth::session::{self, Login};
use crate::auth::settings::AuthSettings;
use crate::auth::step::{self, Stage};
use crate::exchange::{Call, Problem, Reply};
use crate::world::BankInstance;

/// The steps of an authorization request.
pub(crate) struct FrontStage;

/// An authorization request on its way through the steps.
pub(crate) struct FrontChannel<'a> {
    pub(crate) bank: &'a BankInstance,
    pub(crate) call: &'a Call<'a>,
    pub(crate) parameters: Form,
    pub(crate) client: Option<Arc<Client>>,
    pub(crate) redirect_uri: String,
    pub(crate) redirect_is_trusted: bool,
    pub(crate) scopes: ScopeSet,
    pub(crate) prompt: Prompt,
    pub(crate) max_age: Option<Duration>,
    pub(crate) consent: Option<Consent>,
}

/// How much the account holder is to be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Prompt {
    /// To log in unless they are logged in, and to decide.
    IfNeeded,
    /// To log in even if they are.
    Login,
    /// Nothing: answer with an error if a page is needed.
    Never,
}

/// An authorization request that passed every step.
#[derive(Debug, Clone)]
pub(crate) struct AuthorizationRequest {
    pub(crate) client: Arc<Client>,
    pub(crate) redirect_uri: String,
    pub(crate) redirect_uri_was_sent: bool,
    pub(crate) state: Option<String>,
    pub(crate) scopes: ScopeSet,
    pub(crate) nonce: Option<String>,
    pub(crate) challenge: Option<Challenge>,
    pub(crate) consent: Option<Consent>,
    pub(crate) login_hint: Option<String>,
}

impl Stage for FrontStage {
    type Context<'a> = FrontChannel<'a>;

    fn settings<'a>(context: &'a FrontChannel<'_>) -> &'a AuthSettings {
        &context.bank.auth.settings
    }
}

pub(super) fn authorize(bank: &BankInstance, call: &Call<'_>) -> Result<Reply, Problem> {
    let mut front = FrontChannel::new(bank, call);
    if let Err(refusal) = step::run(step::AUTHORIZE, &mut front) {
        return Ok(front.refuse(&refusal));
    }
    let request = front.request();
    Ok(decide::at_once(bank, call, &request).unwrap_or_else(|| ask(&front, request)))
}

/// Shows the page the account holder has to see next.
fn ask(front: &FrontChannel<'_>, request: AuthorizationRequest) -> Reply {
    let (bank, call) = (front.bank, front.call);
    let (auth, now) = (&bank.auth, call.now);
    let cookie = session::cookie_of(&call.request.headers).filter(|cookie| auth.sessions.knows(cookie, now));
    let login = cookie.and_then(|cookie| auth.sessions.login(cookie, now)).filter(|login| front.accepts(login));
    if front.prompt == Prompt::Never {
        let (code, what) = match login {
            None => (ErrorCode::LoginRequired, "the account holder has to log in"),
            Some(_) => (ErrorCode::ConsentRequired, "the account holder has to decide about the consent"),
        };
        return request.refuse(&OAuthError::new(code, what), &call.request.base_url);
    }
    journey::open(bank, call, request, login, cookie)
}

impl<'a> FrontChannel<'a> {
    fn new(bank: &'a BankInstance, call: &'a Call<'a>) -> FrontChannel<'a> {
        FrontChannel {
            bank,
            call,
            parameters: Form::default(),
            client: None,
            redirect_uri: String::new(),
            redirect_is_trusted: false,
            scopes: ScopeSet::default(),
            prompt: Prompt::IfNeeded,
            max_age: None,
            consent: None,
        }
    }

    pub(crate) fn client(&self) -> &Arc<Client> {
        self.client.as_ref().expect("an earlier step finds it")
    }

    /// `true` if a login is recent enough for this request.
    fn accepts(&self, login: &Login) -> bool {
        let age = self.call.now.duration_since(login.at).unsigned_abs();
        self.prompt != Prompt::Login && self.max_age.is_none_or(|max| age <= max)
    }

    fn refuse(&self, refusal: &OAuthError) -> Reply {
        if self.redirect_is_trusted {
            self.request().refuse(refusal, &self.call.request.base_url)
        } else {
            page::error(refusal)
        }
    }

    fn request(&self) -> AuthorizationRequest {
        let owned = |name| self.parameters.get(name).map(str::to_owned);
        AuthorizationRequest {
            client: Arc::clone(self.client()),
            redirect_uri: self.redirect_uri.clone(),
            redirect_uri_was_sent: self.parameters.get("redirect_uri").is_some(),
            state: owned("state"),
            scopes: self.scopes.clone(),
            nonce: owned("nonce"),
            challenge: owned("code_challenge").map(|challenge| match self.parameters.get("code_challenge_method") {
                Some("S256") => Challenge::S256(challenge),
                _ => Challenge::Plain(challenge),
            }),
            consent: self.consent.clone(),
            login_hint: owned("login_hint"),
        }
    }
}

impl AuthorizationRequest {
    /// Sends the browser back with parameters, `state` and `iss` (RFC 9207). Always 303: a 307 would send the account
    /// holder's password on.
    pub(crate) fn answer(&self, parameters: &[(&str, &str)], issuer: &str) -> Reply {
        let state = self.state.as_deref().map(|state| ("state", state));
        let parameters: Vec<_> = parameters.iter().copied().chain(state).chain([("iss", issuer)]).collect();
        Reply::empty(StatusCode::SEE_OTHER)
            .header(LOCATION, &append(&self.redirect_uri, &parameters))
            .header(CACHE_CONTROL, "no-store")
            .header(REFERRER_POLICY, "no-referrer")
    }

    /// Sends the browser back with an error.
    pub(crate) fn refuse(&self, refusal: &OAuthError, issuer: &str) -> Reply {
        let parameters = [("error", refusal.code.name()), ("error_description", refusal.description())];
        let mut reply = self.answer(&parameters, issuer);
        reply.class = Some(refusal.code.class());
        reply
    }
}
