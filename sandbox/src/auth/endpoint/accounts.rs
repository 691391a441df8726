//! The form of the page on which the account holder chooses accounts.

use crate::auth::endpoint::decide::Posted;
use crate::auth::endpoint::journey;
use crate::auth::holder::Holder;
use crate::exchange::{Call, Problem, Reply};
use crate::world::BankInstance;

pub(super) fn accounts(bank: &BankInstance, call: &Call<'_>) -> Result<Reply, Problem> {
    let (sessions, now) = (&bank.auth.sessions, call.now);
    Ok(Posted::answered(call, |posted| {
        let interaction = sessions.check(&posted.ticket, posted.cookie, now)?;
        let holder = interaction.login.as_ref().and_then(|login| Holder::find(&bank.ledger, &login.username));
        let mut chosen = holder.map(|holder| holder.offered(&bank.ledger, &interaction.request)).unwrap_or_default();
        chosen.retain(|id| posted.all("account").any(|one| one == id));
        let again = posted.field("change") == "yes";
        let none = chosen.is_empty();
        let interaction = sessions.change(&posted.ticket, posted.cookie, now, |interaction| {
            interaction.chosen = Some(chosen).filter(|_| !again && !none);
        })?;
        let alert = Some("Please choose at least one account.").filter(|_| none && !again);
        match alert {
            Some(alert) => Ok(journey::show(bank, &interaction, &posted.ticket, now, Some(alert))),
            None => journey::go_on(bank, call, posted, interaction),
        }
    }))
}
