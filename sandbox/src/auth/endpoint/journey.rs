//! The account holder's way through the pages: login, one-time code, choice of accounts, confirmation.
//!
//! Owns which page comes next. Each form does its step and asks here what follows; nothing can be left out, because the
//! decision asks too.

use axum::http::header::SET_COOKIE;
use jiff::Timestamp;

use crate::auth::answering::AuthorizationRequest;
use crate::auth::endpoint::decide::{self, Posted, SLOW, refuse_form};
use crate::auth::grant::after;
use crate::auth::holder::Holder;
use crate::auth::outcome::Outcome;
use crate::auth::page;
use crate::auth::session::{self, FormRefused, Interaction, Login, Ticket};
use crate::exchange::{Call, Reply};
use crate::profile::Sca;
use crate::world::BankInstance;

/// Begins: the first page the account holder has to see. `login` is one that is recent enough for the request, in the
/// session of the cookie.
pub(super) fn open(
    bank: &BankInstance,
    call: &Call<'_>,
    request: AuthorizationRequest,
    login: Option<Login>,
    cookie: Option<&str>,
) -> Reply {
    let outcome = bank.auth.orders.take_for(call.request);
    begin(bank, call, (request, login, cookie), |interaction| interaction.outcome = outcome)
}

/// Begins for somebody who is certain, agrees, and takes their time.
pub(super) fn open_slow(bank: &BankInstance, call: &Call<'_>, request: AuthorizationRequest, login: Login) -> Reply {
    let cookie = session::cookie_of(&call.request.headers);
    // A browser that is logged in stays so.
    let cookie = cookie.filter(|cookie| bank.auth.sessions.knows(cookie, call.now));
    begin(bank, call, (request, Some(login), cookie), |interaction| {
        interaction.verified = true;
        interaction.outcome = Some(Outcome::Slow);
        interaction.ready_at = Some(after(call.now, SLOW));
    })
}

fn begin(
    bank: &BankInstance,
    call: &Call<'_>,
    (request, login, cookie): (AuthorizationRequest, Option<Login>, Option<&str>),
    change: impl FnOnce(&mut Interaction),
) -> Reply {
    let (auth, now) = (&bank.auth, call.now);
    let open = || auth.sessions.open(&auth.mint, &request.client.client_id, now);
    let cookie = cookie.map_or_else(open, str::to_owned);
    let base_url = call.request.base_url.as_str();
    let ticket = auth.sessions.begin((request, base_url), login, &cookie, &auth.mint, now);
    let begun = auth.sessions.change(&ticket, Some(&cookie), now, change);
    let reply = begun.map_or_else(refuse_form, |interaction| show(bank, &interaction, &ticket, now, None));
    reply.header(SET_COOKIE, &session::set_cookie(&cookie, base_url))
}

/// After a step was done: the next page, or the end if it was decided before what is to come of this.
pub(super) fn go_on(
    bank: &BankInstance,
    call: &Call<'_>,
    posted: &Posted<'_>,
    mut interaction: Interaction,
) -> Result<Reply, FormRefused> {
    let (auth, now) = (&bank.auth, call.now);
    let Some(login) = interaction.login.clone().filter(|_| is_certain(bank, &interaction)) else {
        return Ok(show(bank, &interaction, &posted.ticket, now, None));
    };
    if interaction.outcome.is_none()
        && let Some(order) = auth.orders.take(&interaction.request.client.client_id, Some(&login.username))
    {
        interaction = auth.sessions.change(&posted.ticket, posted.cookie, now, |interaction| {
            interaction.outcome = Some(order.outcome);
            interaction.chosen = order.account_ids;
        })?;
    }
    match (interaction.outcome, interaction.ready_at) {
        (None, _) => {}
        (Some(Outcome::Slow), None) => {
            let ready_at = Some(after(now, SLOW));
            let wait = |interaction: &mut Interaction| interaction.ready_at = ready_at;
            interaction = auth.sessions.change(&posted.ticket, posted.cookie, now, wait)?;
        }
        (Some(Outcome::Slow), Some(ready_at)) if ready_at > now => {}
        (Some(outcome), _) => {
            auth.sessions.end(&posted.ticket, posted.cookie, now)?;
            let decision = (outcome, interaction.chosen.clone());
            return Ok(decide::carry_out(bank, call, &interaction.request, &login, decision));
        }
    }
    Ok(show(bank, &interaction, &posted.ticket, now, None))
}

/// Where an account holder is on their way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// They have to log in.
    Login,
    /// They have to give the code on their phone.
    Code,
    /// They take their time.
    Wait,
    /// They have to choose accounts.
    Accounts,
    /// They have to agree, or not.
    Confirm,
    /// They are not on our pages: the request was made without a browser.
    Away,
}

impl Place {
    /// Its word in the control API.
    pub fn name(self) -> &'static str {
        match self {
            Place::Login => "login",
            Place::Code => "code",
            Place::Wait => "wait",
            Place::Accounts => "accounts",
            Place::Confirm => "confirm",
            Place::Away => "away",
        }
    }
}

/// The page an interaction is at.
pub(super) fn place(bank: &BankInstance, interaction: &Interaction, now: Timestamp) -> Place {
    let login = interaction.login.as_ref();
    if login.and_then(|login| Holder::find(&bank.ledger, &login.username)).is_none() {
        Place::Login
    } else if !is_certain(bank, interaction) {
        Place::Code
    } else if interaction.ready_at.is_some_and(|ready_at| ready_at > now) {
        Place::Wait
    } else if interaction.request.scopes.needs_accounts() && interaction.chosen.is_none() {
        Place::Accounts
    } else {
        Place::Confirm
    }
}

/// The page for where an interaction is; `alert` says why it is shown again.
pub(super) fn show(
    bank: &BankInstance,
    interaction: &Interaction,
    ticket: &Ticket,
    now: Timestamp,
    alert: Option<&str>,
) -> Reply {
    let request = &interaction.request;
    let login = interaction.login.as_ref();
    let holder = login.and_then(|login| Holder::find(&bank.ledger, &login.username));
    match (place(bank, interaction, now), holder) {
        (Place::Code, _) => page::code(bank, request, (ticket, &interaction.passcode), alert),
        (Place::Wait, _) => page::wait(bank, request, ticket, alert),
        (Place::Accounts, Some(holder)) => page::accounts(bank, request, &holder, ticket, alert),
        (Place::Confirm, Some(holder)) => {
            page::confirm(bank, request, (&holder, interaction.chosen.as_deref()), ticket, alert)
        }
        _ => page::login(bank, request, ticket, alert),
    }
}

/// What the account holder has to do before they can decide; `None` if nothing.
pub(super) fn missing(bank: &BankInstance, interaction: &Interaction, now: Timestamp) -> Option<&'static str> {
    match place(bank, interaction, now) {
        Place::Login | Place::Away => Some("Please log in first."),
        Place::Code => Some("Please enter the code first."),
        Place::Wait => Some("Please wait a little longer."),
        Place::Accounts => Some("Please choose the accounts first."),
        Place::Confirm => None,
    }
}

/// `true` once the account holder has proved who they are as the bank demands it.
fn is_certain(bank: &BankInstance, interaction: &Interaction) -> bool {
    interaction.login.is_some() && (interaction.verified || bank.auth.settings.sca == Sca::None)
}
