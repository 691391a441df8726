//! The account holder's own page: requests that wait for them, consents they gave, and how to withdraw one.
//!
//! Owns a way in of its own, without any client. Forms carry a token that belongs to the session's cookie.

use axum::http::StatusCode;
use axum::http::header::SET_COOKIE;
use bank_fixtures::record::ConsentStatus;
use jiff::Timestamp;

use crate::auth::approval::Approval;
use crate::auth::endpoint::back_channel::is_form;
use crate::auth::endpoint::decoupled::{self, Answer};
use crate::auth::endpoint::login::NO_MATCH;
use crate::auth::error::{ErrorCode, OAuthError};
use crate::auth::form::Form;
use crate::auth::holder::Holder;
use crate::auth::mint::{Kind, same_secret};
use crate::auth::outcome::Outcome;
use crate::auth::page::{self, Entry};
use crate::auth::scope::ScopeSet;
use crate::auth::session;
use crate::bank::{ConsentView, EndedBy, scope_name};
use crate::exchange::{Call, Problem, Reply};
use crate::world::BankInstance;

/// A form of these pages, from the browser it was made for.
struct Sent<'a> {
    cookie: &'a str,
    form: Form,
}

pub(super) fn show(bank: &BankInstance, call: &Call<'_>) -> Result<Reply, Problem> {
    let now = call.now;
    let known = session::cookie_of(&call.request.headers).filter(|cookie| bank.auth.sessions.knows(cookie, now));
    if let Some((cookie, holder)) = known.and_then(|cookie| Some((cookie, at_home(bank, cookie, now)?))) {
        return Ok(overview(bank, &holder, cookie, now, None));
    }
    let cookie = known.map_or_else(|| bank.auth.sessions.open(&bank.auth.mint, "home", now), str::to_owned);
    let reply = page::home_login(bank, &csrf(bank, &cookie), ("", None));
    Ok(reply.header(SET_COOKIE, &session::set_cookie(&cookie, &call.request.base_url)))
}

pub(super) fn login(bank: &BankInstance, call: &Call<'_>) -> Result<Reply, Problem> {
    Ok(Sent::read(bank, call).map_or_else(
        |refusal| page::error(&refusal),
        |sent| {
            let username = sent.field("username").trim();
            let Some(holder) = Holder::authenticate(&bank.ledger, username, sent.field("password")) else {
                return page::home_login(bank, &csrf(bank, sent.cookie), (username, Some(NO_MATCH)));
            };
            let cookie =
                bank.auth.sessions.log_in_at_home(Some(sent.cookie), &holder.username, &bank.auth.mint, call.now);
            let reply = overview(bank, &holder, &cookie, call.now, None);
            reply.header(SET_COOKIE, &session::set_cookie(&cookie, &call.request.base_url))
        },
    ))
}

pub(super) fn logout(bank: &BankInstance, call: &Call<'_>) -> Result<Reply, Problem> {
    Ok(Sent::read(bank, call).map_or_else(
        |refusal| page::error(&refusal),
        |sent| {
            bank.auth.sessions.log_out(sent.cookie);
            let cookie = bank.auth.sessions.open(&bank.auth.mint, "home", call.now);
            let reply = page::home_login(bank, &csrf(bank, &cookie), ("", Some("You are logged out.")));
            reply.header(SET_COOKIE, &session::set_cookie(&cookie, &call.request.base_url))
        },
    ))
}

/// Withdraws a consent, agrees to one that waits for a second account holder, or answers a request.
pub(super) fn decide(bank: &BankInstance, call: &Call<'_>) -> Result<Reply, Problem> {
    let now = call.now;
    Ok(Sent::read(bank, call).map_or_else(
        |refusal| page::error(&refusal),
        |sent| {
            let Some(holder) = at_home(bank, sent.cookie, now) else {
                return page::home_login(bank, &csrf(bank, sent.cookie), ("", Some("Please log in again.")));
            };
            let (done, alert) = carried_out(bank, &holder, &sent, now);
            let reply = overview(bank, &holder, sent.cookie, now, Some(alert));
            if done { reply.committed() } else { reply }
        },
    ))
}

/// Does what a form asks for; `false` if nothing changed. What belongs to somebody else is not there.
fn carried_out(bank: &BankInstance, holder: &Holder, sent: &Sent<'_>, now: Timestamp) -> (bool, &'static str) {
    const GONE: (bool, &str) = (false, "That is over already.");
    let (decision, user) = (sent.field("decision"), holder.username.as_str());
    if let Some(id) = sent.form.get("consent") {
        let view = bank.ledger.consent(id, now);
        let own = view.is_some_and(|view| view.approvers.iter().any(|approver| approver == user));
        let waits = bank.ledger.consents_waiting_for(user, now).iter().any(|view| view.consent.id == id);
        let done = match decision {
            "revoke" if own => bank.ledger.revoke_consent(id, EndedBy::Holder, now).is_ok(),
            "approve" if waits => bank.ledger.approve_consent_too(id, user, now).is_ok(),
            "deny" if waits => bank.ledger.reject_consent(id, user, now).is_ok(),
            _ => false,
        };
        return match (done, decision) {
            (false, _) => GONE,
            (true, "revoke") => (true, "You have withdrawn this access. It is gone at once."),
            (true, "approve") => (true, "You have agreed."),
            (true, _) => (true, "You have said no."),
        };
    }
    let Some(id) = sent.form.get("request") else { return GONE };
    let waits = bank.auth.approvals.waiting(Some(user), now).iter().any(|approval| approval.id == id);
    let outcome = if decision == "approve" { Outcome::Approve } else { Outcome::Deny };
    let answer = Answer { user: user.to_owned(), outcome, accounts: None };
    if !waits || decoupled::answer(bank, id, answer, now).is_err() {
        return GONE;
    }
    (true, if outcome == Outcome::Approve { "You have agreed." } else { "You have said no." })
}

fn overview(bank: &BankInstance, holder: &Holder, cookie: &str, now: Timestamp, alert: Option<&str>) -> Reply {
    let user = holder.username.as_str();
    let asked = bank.auth.approvals.waiting(Some(user), now);
    let mut waiting: Vec<Entry> = asked.iter().map(|approval| request(bank, approval)).collect();
    let second = bank.ledger.consents_waiting_for(user, now);
    let pending: Vec<Entry> = second.iter().map(|view| consent(bank, view)).collect();
    let given = bank.ledger.consents(now);
    let own =
        given.iter().filter(|view| view.user.as_deref() == Some(user) || view.approvers.iter().any(|one| one == user));
    let given: Vec<Entry> = own.map(|view| consent(bank, view)).collect();
    waiting.sort_by(|a, b| a.client.cmp(&b.client));
    page::home(bank, holder, &csrf(bank, cookie), (&waiting, &pending, &given), alert)
}

/// A request as the page shows it.
fn request(bank: &BankInstance, approval: &Approval) -> Entry {
    Entry {
        id: approval.id.clone(),
        client: approval.asked.client_name.clone(),
        state: format!("Waits until {}", moment(bank, approval.expires_at)),
        permissions: approval.asked.scopes.sentences(),
        accounts: Vec::new(),
        message: approval.asked.message.clone(),
        is_open: true,
    }
}

/// A consent as the page shows it.
fn consent(bank: &BankInstance, view: &ConsentView) -> Entry {
    let client = bank.auth.client(&view.client_id);
    let accounts = view.consent.account_ids.iter().filter_map(|id| bank.ledger.account(id));
    let words = view.consent.scopes.iter().map(|scope| scope_name(*scope));
    let is_open = matches!(view.consent.status, ConsentStatus::Active | ConsentStatus::PartiallyAuthorised);
    Entry {
        id: view.consent.id.clone(),
        client: client.map_or_else(|| view.client_id.clone(), |client| client.name.clone()),
        state: state(bank, view),
        permissions: ScopeSet::from_words(words).unwrap_or_default().sentences(),
        accounts: accounts.map(|account| page::account_words(&account)).collect(),
        message: None,
        is_open,
    }
}

/// How a consent stands, for people.
fn state(bank: &BankInstance, view: &ConsentView) -> String {
    let end = view.consent.expires_at.map(|end| page::day(bank, end.at)).unwrap_or_default();
    match (view.consent.status, view.ended_by) {
        (ConsentStatus::Active, _) => format!("In force until {end}"),
        (ConsentStatus::PartiallyAuthorised, _) => "Waits for another account holder".to_owned(),
        (ConsentStatus::Rejected, _) => "Refused".to_owned(),
        (ConsentStatus::Revoked, Some(EndedBy::Bank)) => "Withdrawn by the bank".to_owned(),
        (ConsentStatus::Revoked, _) => "Withdrawn by you".to_owned(),
        (ConsentStatus::EndedByClient, _) => "Ended by the app".to_owned(),
        (ConsentStatus::Consumed, _) => "Used".to_owned(),
        (ConsentStatus::Expired, _) => format!("Ended on {end}"),
        (ConsentStatus::Awaiting | ConsentStatus::Unknown, _) => "Not decided".to_owned(),
    }
}

/// An instant in the bank's zone, for people.
fn moment(bank: &BankInstance, at: Timestamp) -> String {
    at.to_zoned(bank.profile.zone.clone()).strftime("%H:%M on %-d %B %Y").to_string()
}

fn at_home(bank: &BankInstance, cookie: &str, now: Timestamp) -> Option<Holder> {
    let login = bank.auth.sessions.login(cookie, now)?;
    Holder::find(&bank.ledger, &login.username)
}

/// The token of a session's forms: only who sees its pages knows it.
fn csrf(bank: &BankInstance, cookie: &str) -> String {
    bank.auth.mint.text(Kind::Csrf, cookie, 1)
}

impl<'a> Sent<'a> {
    fn read(bank: &BankInstance, call: &'a Call<'_>) -> Result<Sent<'a>, OAuthError> {
        let refuse = |why: String| OAuthError::new(ErrorCode::InvalidRequest, why);
        if !is_form(call.request) {
            return Err(refuse("this address takes the bank's own form".to_owned()));
        }
        let form = Form::parse(&call.request.body).map_err(|why| refuse(why.to_string()))?;
        let cookie =
            session::cookie_of(&call.request.headers).filter(|cookie| bank.auth.sessions.knows(cookie, call.now));
        let given = form.get("csrf").unwrap_or_default();
        match cookie.filter(|cookie| same_secret(given, &csrf(bank, cookie))) {
            Some(cookie) => Ok(Sent { cookie, form }),
            None => {
                let why = "this form does not belong to this browser session: open the page again".to_owned();
                Err(refuse(why).status(StatusCode::FORBIDDEN))
            }
        }
    }

    fn field(&self, name: &str) -> &str {
        self.form.get(name).unwrap_or_default()
    }
}
