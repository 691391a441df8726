//! The form of the login page.

use axum::http::header::SET_COOKIE;

use crate::auth::endpoint::decide::Posted;
use crate::auth::endpoint::journey;
use crate::auth::holder::Holder;
use crate::auth::outcome::Outcome;
use crate::auth::session;
use crate::exchange::{Call, Problem, Reply};
use crate::world::BankInstance;

/// What the page says to a name and password that do not belong together.
pub(super) const NO_MATCH: &str = "That user name and password do not match. Please try again.";

pub(super) fn login(bank: &BankInstance, call: &Call<'_>) -> Result<Reply, Problem> {
    let (auth, now) = (&bank.auth, call.now);
    Ok(Posted::answered(call, |posted| {
        let interaction = auth.sessions.check(&posted.ticket, posted.cookie, now)?;
        let (username, outcome) = Outcome::of_user(posted.field("username").trim());
        let Some(holder) = Holder::authenticate(&bank.ledger, username, posted.field("password")) else {
            return Ok(journey::show(bank, &interaction.logged_out(), &posted.ticket, now, Some(NO_MATCH)));
        };
        let cookie = auth.sessions.log_in(&posted.ticket, &holder.username, &auth.mint, now);
        let posted = posted.from(&cookie);
        let interaction = auth.sessions.change(&posted.ticket, posted.cookie, now, |interaction| {
            interaction.outcome = outcome.or(interaction.outcome);
        })?;
        let reply = journey::go_on(bank, call, &posted, interaction)?;
        Ok(reply.header(SET_COOKIE, &session::set_cookie(&cookie, &call.request.base_url)))
    }))
}
