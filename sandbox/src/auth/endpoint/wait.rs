//! The form of the page that waits until the account holder has made up their mind somewhere else.

use crate::auth::endpoint::decide::Posted;
use crate::auth::endpoint::journey;
use crate::exchange::{Call, Problem, Reply};
use crate::world::BankInstance;

pub(super) fn wait(bank: &BankInstance, call: &Call<'_>) -> Result<Reply, Problem> {
    Ok(Posted::answered(call, |posted| {
        let interaction = bank.auth.sessions.check(&posted.ticket, posted.cookie, call.now)?;
        match interaction.ready_at.is_some_and(|ready_at| ready_at > call.now) {
            true => {
                let alert = Some("Not yet. Please try again in a little while.");
                Ok(journey::show(bank, &interaction, &posted.ticket, call.now, alert))
            }
            false => journey::go_on(bank, call, posted, interaction),
        }
    }))
}
