//! An authorization request that was accepted, and the answers to it: in the query, in the fragment or in a form, plain or
//! as a signed JWT.

use std::sync::Arc;
use std::time::Duration;

use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, LOCATION, REFERRER_POLICY};
use bank_fixtures::record::Consent;
use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::auth::client::Client;
use crate::auth::error::{ErrorCode, OAuthError};
use crate::auth::grant::{Challenge, Code, Grant, GrantLogin, after};
use crate::auth::holder::Holder;
use crate::auth::id_token::IdTokenClaims;
use crate::auth::page;
use crate::auth::redirect::{append, with_fragment};
use crate::auth::response_mode::{Carrier, ResponseMode};
use crate::auth::scope::ScopeSet;
use crate::auth::session::Login;
use crate::exchange::{Call, Reply};
use crate::world::BankInstance;

/// An authorization request that passed every step.
#[derive(Debug, Clone)]
pub(crate) struct AuthorizationRequest {
    pub(crate) client: Arc<Client>,
    /// The reference it was pushed under, which its end uses up.
    pub(crate) pushed: Option<String>,
    pub(crate) redirect_uri: String,
    pub(crate) redirect_uri_was_sent: bool,
    pub(crate) mode: ResponseMode,
    /// `true` if an id_token comes with the code.
    pub(crate) with_id_token: bool,
    pub(crate) state: Option<String>,
    pub(crate) scopes: ScopeSet,
    /// `authorization_details` (RFC 9396), as they were sent.
    pub(crate) details: Option<Value>,
    pub(crate) nonce: Option<String>,
    pub(crate) challenge: Option<Challenge>,
    /// Thumbprint of the DPoP key the code will be bound to (RFC 9449 10).
    pub(crate) dpop_jkt: Option<String>,
    /// The level of authentication that was asked for and will be reached.
    pub(crate) acr: Option<String>,
    /// The consent the client named by `openbanking_intent_id`, which it gets back in the id_token.
    pub(crate) intent: Option<String>,
    pub(crate) consent: Option<Consent>,
    pub(crate) login_hint: Option<String>,
}

/// How long a signed answer is good for (JARM 2.1 recommends ten minutes at most).
const ANSWER_LIFETIME: Duration = Duration::from_secs(300);

impl AuthorizationRequest {
    /// What the account holder grants who logged in like this.
    pub(crate) fn grant(&self, login: &Login, consent_id: Option<String>) -> Grant {
        Grant {
            client_id: self.client.client_id.clone(),
            user: Some(login.username.clone()),
            consent_id,
            scopes: self.scopes.clone(),
            login: Some(GrantLogin { at: login.at, acr: self.acr.clone() }),
            details: self.details.clone(),
        }
    }

    /// A code for a grant.
    pub(crate) fn code(&self, grant: Grant, expires_at: Timestamp) -> Code {
        Code {
            grant,
            redirect_uri: self.redirect_uri.clone(),
            redirect_uri_was_sent: self.redirect_uri_was_sent,
            challenge: self.challenge.clone(),
            nonce: self.nonce.clone(),
            intent: self.intent.clone(),
            key: self.dpop_jkt.clone(),
            expires_at,
            family: None,
        }
    }

    /// Sends the browser back with a code, and with an id_token if the request is for one.
    pub(crate) fn granted(&self, code: &str, login: &Login, (bank, call): (&BankInstance, &Call<'_>)) -> Reply {
        let holder = Holder::find(&bank.ledger, &login.username).filter(|_| self.with_id_token);
        let id_token = holder.map(|holder| {
            let parties = (call.request.base_url.as_str(), holder.party.id.as_str(), self.client.client_id.as_str());
            let mut claims = IdTokenClaims::new(parties, login.at, call.now);
            claims.nonce = self.nonce.as_deref();
            claims.acr = self.acr.as_deref();
            claims.openbanking_intent_id = self.intent.as_deref();
            claims.with_code(code, self.state.as_deref()).sign(&bank.auth.id_token_key(&self.client.client_id))
        });
        let mut parameters = vec![("code", code)];
        parameters.extend(id_token.as_deref().map(|token| ("id_token", token)));
        self.answer(&parameters, (bank, call))
    }

    /// Sends the browser back with parameters, `state` and `iss` (RFC 9207). Always 303: a 307 would send the account
    /// holder's password on.
    pub(crate) fn answer(&self, parameters: &[(&str, &str)], (bank, call): (&BankInstance, &Call<'_>)) -> Reply {
        if self.pushed.as_ref().is_some_and(|uri| {
            let first = bank.auth.pushed.finish(uri);
            !first && bank.auth.settings.lenient.enforces("unused-pushed-request")
        }) {
            let description = "this request was answered before, perhaps in another window: go back to the app";
            return page::error(&OAuthError::new(ErrorCode::InvalidRequestUri, description));
        }
        let state = self.state.as_deref().map(|state| ("state", state));
        let issuer = [("iss", call.request.base_url.as_str())];
        let parameters: Vec<_> = parameters.iter().copied().chain(state).chain(issuer).collect();
        if self.mode.signed {
            let response = self.signed(&parameters, bank, call.now);
            self.carry(&[("response", &response)], bank)
        } else {
            self.carry(&parameters, bank)
        }
    }

    /// Sends the browser back with an error.
    pub(crate) fn refuse(&self, refusal: &OAuthError, (bank, call): (&BankInstance, &Call<'_>)) -> Reply {
        let parameters = [("error", refusal.code.name()), ("error_description", refusal.description())];
        let mut reply = self.answer(&parameters, (bank, call));
        reply.class = Some(refusal.code.class());
        reply
    }

    /// The parameters as a JWT for the client (JARM 2.1).
    fn signed(&self, parameters: &[(&str, &str)], bank: &BankInstance, now: Timestamp) -> String {
        let mut claims: Map<String, Value> =
            parameters.iter().map(|(name, value)| ((*name).to_owned(), Value::from(*value))).collect();
        claims.insert("aud".to_owned(), self.client.client_id.clone().into());
        claims.insert("exp".to_owned(), after(now, ANSWER_LIFETIME).as_second().into());
        bank.auth.signing_key().sign(&claims)
    }

    fn carry(&self, parameters: &[(&str, &str)], bank: &BankInstance) -> Reply {
        let location = match self.mode.carrier {
            Carrier::Query => append(&self.redirect_uri, parameters),
            Carrier::Fragment => with_fragment(&self.redirect_uri, parameters),
            Carrier::FormPost => return page::form_post(bank, &self.redirect_uri, parameters),
        };
        Reply::empty(StatusCode::SEE_OTHER)
            .header(LOCATION, &location)
            .header(CACHE_CONTROL, "no-store")
            .header(REFERRER_POLICY, "no-referrer")
    }
}
