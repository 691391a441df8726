//! Logout begun by a client (OpenID Connect RP-Initiated Logout 1.0).

use axum::http::header::{CACHE_CONTROL, LOCATION, REFERRER_POLICY, SET_COOKIE};
use axum::http::{Method, StatusCode};

use crate::auth::endpoint::back_channel::is_form;
use crate::auth::error::{ErrorCode, OAuthError};
use crate::auth::form::Form;
use crate::auth::page;
use crate::auth::redirect::append;
use crate::auth::session::{self, cookie_of};
use crate::auth::settings::AuthSettings;
use crate::auth::step::{self, Stage};
use crate::exchange::{Call, Problem, Reply};
use crate::world::BankInstance;

/// The steps of a logout.
pub(crate) struct LogoutStage;

/// A logout on its way through the steps.
pub(crate) struct Leaving<'a> {
    pub(crate) bank: &'a BankInstance,
    pub(crate) call: &'a Call<'a>,
    pub(crate) parameters: Form,
    /// The client, as its id_token proves; `None` without one.
    pub(crate) client_id: Option<String>,
}

impl Stage for LogoutStage {
    type Context<'a> = Leaving<'a>;

    fn settings<'a>(context: &'a Leaving<'_>) -> &'a AuthSettings {
        &context.bank.auth.settings
    }
}

/// Ends the browser's session. What is wrong is a page: a browser is never sent where the client has not registered.
pub(super) fn end(bank: &BankInstance, call: &Call<'_>) -> Result<Reply, Problem> {
    let parameters = match call.request.method {
        Method::POST if is_form(call.request) => Form::parse(&call.request.body),
        _ => Form::parse(call.request.query.as_bytes()),
    };
    let parameters = match parameters {
        Ok(parameters) => parameters,
        Err(why) => return Ok(page::error(&OAuthError::new(ErrorCode::InvalidRequest, why.to_string()))),
    };
    let mut leaving = Leaving { bank, call, parameters, client_id: None };
    if let Err(refusal) = step::run(step::LOGOUT, &mut leaving) {
        return Ok(page::error(&refusal));
    }
    if let Some(cookie) = cookie_of(&call.request.headers) {
        bank.auth.sessions.log_out(cookie);
    }
    let gone = format!("{}; Max-Age=0", session::set_cookie("", &call.request.base_url));
    Ok(leaving.answer().header(SET_COOKIE, &gone).committed())
}

impl Leaving<'_> {
    fn answer(&self) -> Reply {
        let target = self.parameters.get("post_logout_redirect_uri");
        // Without a token that proves who asks, nobody is sent anywhere (RP-Initiated Logout 1.0, 3).
        let Some(target) = target.filter(|_| self.client_id.is_some()) else {
            return page::notice(self.bank, "Logged out", "You are logged out.");
        };
        let state: Vec<_> = self.parameters.get("state").map(|state| ("state", state)).into_iter().collect();
        let target = if state.is_empty() { target.to_owned() } else { append(target, &state) };
        Reply::empty(StatusCode::SEE_OTHER)
            .header(LOCATION, &target)
            .header(CACHE_CONTROL, "no-store")
            .header(REFERRER_POLICY, "no-referrer")
    }
}
