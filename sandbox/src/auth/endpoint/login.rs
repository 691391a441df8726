//! The form of the login page.

use axum::http::header::SET_COOKIE;

use crate::auth::endpoint::decide::{Posted, refuse_form};
use crate::auth::holder::Holder;
use crate::auth::page;
use crate::auth::session;
use crate::exchange::{Call, Problem, Reply};
use crate::world::BankInstance;

pub(super) fn login(bank: &BankInstance, call: &Call<'_>) -> Result<Reply, Problem> {
    let (auth, now) = (&bank.auth, call.now);
    let posted = match Posted::read(call) {
        Ok(posted) => posted,
        Err(refusal) => return Ok(page::error(&refusal)),
    };
    let interaction = match auth.sessions.check(&posted.ticket, posted.cookie, now) {
        Ok(interaction) => interaction,
        Err(why) => return Ok(refuse_form(why)),
    };
    let (username, password) = (posted.field("username"), posted.field("password"));
    let Some(holder) = Holder::authenticate(&bank.ledger, username, password) else {
        let why = "That user name and password do not match. Please try again.";
        return Ok(page::login(bank, &interaction.request, &posted.ticket, Some(why)));
    };
    let cookie = auth.sessions.log_in(&posted.ticket, &holder.username, &auth.mint, now);
    let reply = page::consent(bank, &interaction.request, &holder, &posted.ticket, None);
    Ok(reply.header(SET_COOKIE, &session::set_cookie(&cookie, &call.request.base_url)))
}
