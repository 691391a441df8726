//! The account holder's decision: from the form of the consent page, or at once where the bank needs nobody to ask.

use axum::http::StatusCode;

use crate::auth::endpoint::authorize::AuthorizationRequest;
use crate::auth::endpoint::back_channel::is_form;
use crate::auth::error::{ErrorCode, OAuthError};
use crate::auth::form::Form;
use crate::auth::grant::{Code, Grant, after};
use crate::auth::holder::Holder;
use crate::auth::page;
use crate::auth::session::{self, FormRefused, Login, Ticket};
use crate::bank::{NewConsent, Refusal};
use crate::exchange::{Call, Problem, Reply};
use crate::world::BankInstance;

/// What one of our pages sent.
pub(super) struct Posted<'a> {
    pub(super) ticket: Ticket,
    pub(super) cookie: Option<&'a str>,
    form: Form,
}

pub(super) fn decide(bank: &BankInstance, call: &Call<'_>) -> Result<Reply, Problem> {
    let posted = match Posted::read(call) {
        Ok(posted) => posted,
        Err(refusal) => return Ok(page::error(&refusal)),
    };
    Ok(decided(bank, call, &posted).unwrap_or_else(refuse_form))
}

fn decided(bank: &BankInstance, call: &Call<'_>, posted: &Posted<'_>) -> Result<Reply, FormRefused> {
    let (sessions, now) = (&bank.auth.sessions, call.now);
    let interaction = sessions.check(&posted.ticket, posted.cookie, now)?;
    let request = &interaction.request;
    let holder = interaction.login.as_ref().and_then(|login| Holder::find(&bank.ledger, &login.username));
    if posted.field("decision") != "approve" {
        sessions.end(&posted.ticket, posted.cookie, now)?;
        return Ok(deny(bank, call, request, holder.as_ref()));
    }
    let Some((login, holder)) = interaction.login.as_ref().zip(holder) else {
        return Ok(page::login(bank, request, &posted.ticket, Some("Please log in first.")));
    };
    let choice = request.scopes.needs_accounts();
    let mut chosen = holder.offered(&bank.ledger, request);
    chosen.retain(|id| !choice || posted.form.all("account").any(|one| one == id));
    if choice && chosen.is_empty() {
        let why = Some("Please choose at least one account.");
        return Ok(page::consent(bank, request, &holder, &posted.ticket, why));
    }
    sessions.end(&posted.ticket, posted.cookie, now)?;
    Ok(approve(bank, call, request, login, chosen))
}

/// The answer of a bank that asks nobody: `hint` is a user name, alone or with `:approve` or `:deny`.
pub(super) fn at_once(bank: &BankInstance, call: &Call<'_>, request: &AuthorizationRequest, hint: &str) -> Reply {
    let (username, decision) = hint.split_once(':').unwrap_or((hint, "approve"));
    let holder = Holder::find(&bank.ledger, username);
    match (holder, decision) {
        (Some(holder), "approve") => {
            let login = Login { username: holder.username.clone(), at: call.now };
            approve(bank, call, request, &login, holder.offered(&bank.ledger, request))
        }
        (Some(holder), "deny") => deny(bank, call, request, Some(&holder)),
        _ => {
            let description =
                "this bank decides by login_hint: it must be a user name, or a user name with :approve or :deny";
            request.refuse(&OAuthError::new(ErrorCode::LoginRequired, description), &call.request.base_url)
        }
    }
}

fn approve(
    bank: &BankInstance,
    call: &Call<'_>,
    request: &AuthorizationRequest,
    login: &Login,
    accounts: Vec<String>,
) -> Reply {
    let consent_id = match consent(bank, call, request, &login.username, accounts) {
        Ok(id) => id,
        Err(why) => {
            return request.refuse(&OAuthError::new(ErrorCode::AccessDenied, why.to_string()), &call.request.base_url);
        }
    };
    let grant = Grant {
        client_id: request.client.client_id.clone(),
        user: Some(login.username.clone()),
        consent_id,
        scopes: request.scopes.clone(),
    };
    let code = Code {
        grant,
        redirect_uri: request.redirect_uri.clone(),
        redirect_uri_was_sent: request.redirect_uri_was_sent,
        challenge: request.challenge.clone(),
        nonce: request.nonce.clone(),
        auth_time: login.at,
        expires_at: after(call.now, bank.auth.settings.code_lifetime),
        family: None,
    };
    let code = bank.auth.grants.issue_code(code, &bank.auth.mint, call.now);
    request.answer(&[("code", &code)], &call.request.base_url).committed()
}

/// The approved consent: the one the client made before, or one made from the scopes; `None` if they show no bank data.
fn consent(
    bank: &BankInstance,
    call: &Call<'_>,
    request: &AuthorizationRequest,
    user: &str,
    accounts: Vec<String>,
) -> Result<Option<String>, Refusal> {
    let scopes = request.scopes.covers();
    let id = match &request.consent {
        Some(consent) => consent.id.clone(),
        None if scopes.is_empty() => return Ok(None),
        None => {
            let client_id = request.client.client_id.clone();
            let asked = NewConsent { client_id, scopes, account_ids: None, expires_at: None };
            bank.ledger.create_consent(asked, call.now).id
        }
    };
    bank.ledger.approve_consent(&id, user, accounts, call.now)?;
    Ok(Some(id))
}

fn deny(bank: &BankInstance, call: &Call<'_>, request: &AuthorizationRequest, holder: Option<&Holder>) -> Reply {
    if let Some((consent, holder)) = request.consent.as_ref().zip(holder) {
        // A consent that was decided meanwhile keeps its decision; this answer is the same.
        let _ = bank.ledger.reject_consent(&consent.id, &holder.username, call.now);
    }
    let refusal = OAuthError::new(ErrorCode::AccessDenied, "the account holder said no");
    request.refuse(&refusal, &call.request.base_url).committed()
}

/// The answer to a form that is not taken.
pub(super) fn refuse_form(why: FormRefused) -> Reply {
    let status = match why {
        FormRefused::Forged => StatusCode::FORBIDDEN,
        FormRefused::Over => StatusCode::BAD_REQUEST,
    };
    let description = format!("{why}: go back to the app and begin again");
    page::error(&OAuthError::new(ErrorCode::InvalidRequest, description).status(status))
}

impl<'a> Posted<'a> {
    pub(super) fn read(call: &'a Call<'_>) -> Result<Posted<'a>, OAuthError> {
        let request = call.request;
        let refuse = |why: String| OAuthError::new(ErrorCode::InvalidRequest, why);
        if !is_form(request) {
            return Err(refuse("this address takes the bank's own form".to_owned()));
        }
        let form = Form::parse(&request.body).map_err(|why| refuse(why.to_string()))?;
        let text = |name| form.get(name).unwrap_or_default().to_owned();
        let ticket = Ticket { interaction: text("interaction"), csrf: text("csrf") };
        Ok(Posted { ticket, cookie: session::cookie_of(&request.headers), form })
    }

    pub(super) fn field(&self, name: &str) -> &str {
        self.form.get(name).unwrap_or_default()
    }
}
