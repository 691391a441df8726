//! The authorization endpoint (RFC 6749 3.1): where a client sends the account holder.
//!
//! Errors found before the client and its redirect URI are certain are pages; all later ones go to the client.

use std::sync::Arc;
use std::time::Duration;

use bank_fixtures::record::Consent;

use crate::auth::answering::AuthorizationRequest;
use crate::auth::client::Client;
use crate::auth::details::Details;
use crate::auth::endpoint::{decide, journey};
use crate::auth::error::{ErrorCode, OAuthError};
use crate::auth::form::Form;
use crate::auth::grant::Challenge;
use crate::auth::jose::Jws;
use crate::auth::page;
use crate::auth::pushed::Pushed;
use crate::auth::requested::Requested;
use crate::auth::response_mode::ResponseMode;
use crate::auth::scope::ScopeSet;
use crate::auth::security::Security;
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
    /// What counts: parameters as they were sent, pushed, or signed.
    pub(crate) parameters: Form,
    /// The reference the request came by, and what it stands for.
    pub(crate) pushed: Option<(String, Pushed)>,
    /// The request object, judged by the steps that follow its reading.
    pub(crate) object: Option<Jws>,
    pub(crate) client: Option<Arc<Client>>,
    pub(crate) redirect_uri: String,
    pub(crate) redirect_is_trusted: bool,
    pub(crate) mode: ResponseMode,
    pub(crate) scopes: ScopeSet,
    pub(crate) details: Details,
    pub(crate) prompt: Prompt,
    pub(crate) max_age: Option<Duration>,
    pub(crate) requested: Requested,
    pub(crate) consent: Option<Consent>,
    pub(crate) dpop_jkt: Option<String>,
    pushing: bool,
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

impl Stage for FrontStage {
    type Context<'a> = FrontChannel<'a>;

    fn settings<'a>(context: &'a FrontChannel<'_>) -> &'a AuthSettings {
        &context.bank.auth.settings
    }
}

pub(super) fn authorize(bank: &BankInstance, call: &Call<'_>) -> Result<Reply, Problem> {
    let mut front = FrontChannel::new(bank, call);
    let judged = step::run(step::AUTHORIZE, &mut front).and_then(|()| step::run(step::REQUEST, &mut front));
    if let Err(refusal) = judged {
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
        return request.refuse(&OAuthError::new(code, what), (bank, call));
    }
    journey::open(bank, call, request, login, cookie)
}

impl<'a> FrontChannel<'a> {
    fn new(bank: &'a BankInstance, call: &'a Call<'a>) -> FrontChannel<'a> {
        FrontChannel {
            bank,
            call,
            parameters: Form::default(),
            pushed: None,
            object: None,
            client: None,
            redirect_uri: String::new(),
            redirect_is_trusted: false,
            mode: ResponseMode::default_of("code"),
            scopes: ScopeSet::default(),
            details: Details::default(),
            prompt: Prompt::IfNeeded,
            max_age: None,
            requested: Requested::default(),
            consent: None,
            dpop_jkt: None,
            pushing: false,
        }
    }

    /// A request that its client is pushing, with the thumbprint of the key it shows.
    pub(crate) fn of_push(
        bank: &'a BankInstance,
        call: &'a Call<'a>,
        (client, parameters, key): (Arc<Client>, Form, Option<String>),
    ) -> FrontChannel<'a> {
        let client = Some(client);
        FrontChannel { client, parameters, dpop_jkt: key, pushing: true, ..FrontChannel::new(bank, call) }
    }

    /// `true` while the client is pushing the request.
    pub(crate) fn is_pushed_now(&self) -> bool {
        self.pushing
    }

    pub(crate) fn security(&self) -> &Security {
        &self.bank.auth.settings.security
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
            self.request().refuse(refusal, (self.bank, self.call))
        } else {
            page::error(refusal)
        }
    }

    fn request(&self) -> AuthorizationRequest {
        let owned = |name| self.parameters.get(name).map(str::to_owned);
        AuthorizationRequest {
            client: Arc::clone(self.client()),
            pushed: self.pushed.as_ref().map(|(uri, _)| uri.clone()),
            redirect_uri: self.redirect_uri.clone(),
            redirect_uri_was_sent: self.parameters.get("redirect_uri").is_some(),
            mode: self.mode,
            with_id_token: self.parameters.get("response_type").is_some_and(|kind| kind.contains("id_token")),
            state: owned("state"),
            scopes: self.scopes.clone(),
            details: self.details.value.clone(),
            nonce: owned("nonce"),
            challenge: owned("code_challenge").map(|challenge| match self.parameters.get("code_challenge_method") {
                Some("S256") => Challenge::S256(challenge),
                _ => Challenge::Plain(challenge),
            }),
            dpop_jkt: self.dpop_jkt.clone(),
            acr: self.requested.level().map(str::to_owned),
            intent: self.requested.intent.clone(),
            consent: self.consent.clone(),
            login_hint: owned("login_hint"),
        }
    }
}
