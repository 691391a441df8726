//! The decision about an authorization request: the form of the confirmation page, and whatever else decides.

use std::time::Duration;

use crate::auth::answering::AuthorizationRequest;
use crate::auth::endpoint::back_channel::is_form;
use crate::auth::endpoint::journey;
use crate::auth::error::{ErrorCode, OAuthError};
use crate::auth::form::Form;
use crate::auth::giving::Giving;
use crate::auth::grant::{Issuing, Refreshing, Reuse, after};
use crate::auth::holder::Holder;
use crate::auth::outcome::{Outcome, SLOW_SECONDS};
use crate::auth::page;
use crate::auth::session::{self, FormRefused, Login, Ticket};
use crate::bank::Refusal;
use crate::exchange::{Call, Problem, Reply};
use crate::profile::ConsentDecision;
use crate::world::BankInstance;

use axum::http::StatusCode;

/// What one of our pages sent.
pub(super) struct Posted<'a> {
    pub(super) ticket: Ticket,
    pub(super) cookie: Option<&'a str>,
    form: Form,
}

pub(super) fn decide(bank: &BankInstance, call: &Call<'_>) -> Result<Reply, Problem> {
    Ok(Posted::answered(call, |posted| decided(bank, call, posted)))
}

fn decided(bank: &BankInstance, call: &Call<'_>, posted: &Posted<'_>) -> Result<Reply, FormRefused> {
    let (sessions, now) = (&bank.auth.sessions, call.now);
    let interaction = sessions.check(&posted.ticket, posted.cookie, now)?;
    let request = &interaction.request;
    // A scenario may know better than whoever pressed the button.
    let ordered = bank.auth.orders.take_for(call.request);
    if let Some((outcome, login)) = ordered.zip(interaction.login.as_ref()) {
        sessions.end(&posted.ticket, posted.cookie, now)?;
        return Ok(carry_out(bank, call, request, login, (outcome, interaction.chosen.clone())));
    }
    if posted.field("decision") != "approve" {
        sessions.end(&posted.ticket, posted.cookie, now)?;
        let holder = interaction.login.as_ref().and_then(|login| Holder::find(&bank.ledger, &login.username));
        return Ok(deny(bank, call, request, holder.as_ref()));
    }
    if let Some(missing) = journey::missing(bank, &interaction, now) {
        return Ok(journey::show(bank, &interaction, &posted.ticket, now, Some(missing)));
    }
    let Some(login) = &interaction.login else { return Err(FormRefused::Over) };
    sessions.end(&posted.ticket, posted.cookie, now)?;
    Ok(carry_out(bank, call, request, login, (Outcome::Approve, interaction.chosen.clone())))
}

/// The answer where nobody has to be asked: a scenario or the control API gave the order, or the bank decides by
/// `login_hint`, a user name with or without an outcome (`alice`, `alice:deny`). `None` where the pages ask.
pub(super) fn at_once(bank: &BankInstance, call: &Call<'_>, request: &AuthorizationRequest) -> Option<Reply> {
    let auth = &bank.auth;
    let hinted = request.login_hint.as_deref().map(Outcome::of_user);
    let order = auth.orders.take(&request.client.client_id, hinted.map(|hint| hint.0));
    let automatic = auth.settings.consent == ConsentDecision::Automatic;
    let (user, outcome, accounts) = match (order, hinted) {
        (Some(order), _) => {
            let hint = hinted.map(|hint| hint.0.to_owned());
            (order.username.or(hint)?, order.outcome, order.account_ids)
        }
        (None, Some((user, magic))) => {
            let ordered = auth.orders.take_for(call.request);
            let outcome = ordered.or_else(|| automatic.then(|| magic.unwrap_or(Outcome::Approve)))?;
            (user.to_owned(), outcome, None)
        }
        (None, None) => return None,
    };
    if Holder::find(&bank.ledger, &user).is_none() {
        let description =
            "this bank decides by login_hint: it must be a user name, or a user name with :approve or :deny";
        return Some(request.refuse(&OAuthError::new(ErrorCode::LoginRequired, description), (bank, call)));
    }
    let login = Login { username: user, at: call.now };
    Some(match outcome {
        Outcome::Slow => journey::open_slow(bank, call, request.clone(), login),
        outcome => carry_out(bank, call, request, &login, (outcome, accounts)),
    })
}

/// Makes of a request what an account holder does with it; `accounts` are those chosen, if any were.
pub(super) fn carry_out(
    bank: &BankInstance,
    call: &Call<'_>,
    request: &AuthorizationRequest,
    login: &Login,
    (outcome, accounts): (Outcome, Option<Vec<String>>),
) -> Reply {
    let Some(holder) = Holder::find(&bank.ledger, &login.username) else {
        return deny(bank, call, request, None);
    };
    let mut chosen = holder.offered(&bank.ledger, request);
    chosen.retain(|id| accounts.as_ref().is_none_or(|accounts| accounts.contains(id)));
    match outcome {
        Outcome::Deny => deny(bank, call, request, Some(&holder)),
        Outcome::Abandon => page::left(bank, request),
        Outcome::Expire => expire(bank, call, request),
        Outcome::WrongUser => {
            let other = holder.somebody_else(&bank.ledger).unwrap_or(holder);
            let accounts = other.offered(&bank.ledger, request);
            let login = Login { username: other.username, at: login.at };
            approve(bank, call, request, &login, (outcome, accounts))
        }
        Outcome::Partial => {
            chosen.truncate(1);
            approve(bank, call, request, login, (outcome, chosen))
        }
        Outcome::Approve | Outcome::Slow | Outcome::SecondApprover | Outcome::ReplayedCode => {
            approve(bank, call, request, login, (outcome, chosen))
        }
    }
}

/// When somebody who is slow has made up their mind.
pub(super) const SLOW: Duration = Duration::from_secs(SLOW_SECONDS);

fn approve(
    bank: &BankInstance,
    call: &Call<'_>,
    request: &AuthorizationRequest,
    login: &Login,
    (outcome, accounts): (Outcome, Vec<String>),
) -> Reply {
    let consent_id = match consent(bank, call, request, &login.username, (outcome, accounts)) {
        Ok(id) => id,
        Err(why) => {
            return request.refuse(&OAuthError::new(ErrorCode::AccessDenied, why.to_string()), (bank, call));
        }
    };
    let grant = request.grant(login, consent_id);
    let code = request.code(grant, after(call.now, bank.auth.settings.code_lifetime));
    let code = bank.auth.grants.issue_code(code, &bank.auth.mint, call.now);
    if outcome == Outcome::ReplayedCode {
        // Somebody else was faster: the client's own exchange is a reuse.
        let (mint, now, refreshing) = (&bank.auth.mint, call.now, Refreshing::of(&request.client));
        let issuing = Issuing { mint, now, binding: None, access_token: None, refreshing };
        let _ = bank.auth.grants.redeem(&code, Reuse::Revokes, issuing);
    }
    request.granted(&code, login, (bank, call)).committed()
}

/// The approved consent: the one the client made before, or one made from the scopes; `None` if they show no bank data.
fn consent(
    bank: &BankInstance,
    call: &Call<'_>,
    request: &AuthorizationRequest,
    user: &str,
    (outcome, accounts): (Outcome, Vec<String>),
) -> Result<Option<String>, Refusal> {
    let consent_id = request.consent.as_ref().map(|consent| consent.id.as_str());
    let (client_id, scopes) = (request.client.client_id.as_str(), &request.scopes);
    Giving { client_id, scopes, consent_id, user, accounts, outcome }.agree(bank, call.now)
}

fn deny(bank: &BankInstance, call: &Call<'_>, request: &AuthorizationRequest, holder: Option<&Holder>) -> Reply {
    if let Some((consent, holder)) = request.consent.as_ref().zip(holder) {
        // A consent that was decided meanwhile keeps its decision; this answer is the same.
        let _ = bank.ledger.reject_consent(&consent.id, &holder.username, call.now);
    }
    let refusal = OAuthError::new(ErrorCode::AccessDenied, "the account holder said no");
    request.refuse(&refusal, (bank, call)).committed()
}

fn expire(bank: &BankInstance, call: &Call<'_>, request: &AuthorizationRequest) -> Reply {
    if let Some(consent) = &request.consent {
        // One that has ended meanwhile has ended.
        let _ = bank.ledger.expire_consent(&consent.id, call.now);
    }
    let refusal = OAuthError::new(ErrorCode::AccessDenied, "the account holder did not decide in time");
    request.refuse(&refusal, (bank, call)).committed()
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
    /// Reads the form and answers it; what is no form of ours, or is not taken, is answered with a page that says so.
    pub(super) fn answered(
        call: &'a Call<'_>,
        answer: impl FnOnce(&Posted<'a>) -> Result<Reply, FormRefused>,
    ) -> Reply {
        match Posted::read(call) {
            Ok(posted) => answer(&posted).unwrap_or_else(refuse_form),
            Err(refusal) => page::error(&refusal),
        }
    }

    fn read(call: &'a Call<'_>) -> Result<Posted<'a>, OAuthError> {
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

    /// The same form, from a session that has another cookie by now.
    pub(super) fn from<'b>(&self, cookie: &'b str) -> Posted<'b> {
        Posted { ticket: self.ticket.clone(), cookie: Some(cookie), form: self.form.clone() }
    }

    pub(super) fn field(&self, name: &str) -> &str {
        self.form.get(name).unwrap_or_default()
    }

    /// Every value of a field that may come several times.
    pub(super) fn all<'b>(&'b self, name: &'b str) -> impl Iterator<Item = &'b str> {
        self.form.all(name)
    }
}
