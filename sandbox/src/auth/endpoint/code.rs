//! The form of the page that asks for the one-time code.

use crate::auth::endpoint::decide::Posted;
use crate::auth::endpoint::journey;
use crate::auth::error::{ErrorCode, OAuthError};
use crate::auth::mint::same_secret;
use crate::auth::session::Interaction;
use crate::exchange::{Call, Problem, Reply};
use crate::world::BankInstance;

/// Wrong codes after which the bank gives up.
const MAX_TRIES: u32 = 3;

/// What became of a code.
enum Tried {
    Right,
    Wrong,
    /// It was right, and was used.
    Used,
    /// Another one was asked for.
    Sent,
}

pub(super) fn code(bank: &BankInstance, call: &Call<'_>) -> Result<Reply, Problem> {
    let (auth, now) = (&bank.auth, call.now);
    Ok(Posted::answered(call, |posted| {
        let given: String = posted.field("code").chars().filter(|sign| !sign.is_whitespace()).collect();
        let mut tried = Tried::Wrong;
        let another = |interaction: &mut Interaction| {
            interaction.tries += 1;
            interaction.passcode = auth.mint.digits(&posted.ticket.interaction, u64::from(interaction.tries));
        };
        let interaction = auth.sessions.change(&posted.ticket, posted.cookie, now, |interaction| {
            if interaction.verified {
                tried = Tried::Used;
            } else if posted.field("resend") == "yes" {
                another(interaction);
                interaction.tries = interaction.tries.saturating_sub(1);
                tried = Tried::Sent;
            } else if same_secret(&given, &interaction.passcode) {
                // A code works once: the next one is another.
                interaction.verified = true;
                tried = Tried::Right;
            } else {
                another(interaction);
            }
        })?;
        let alert = match tried {
            Tried::Right => return journey::go_on(bank, call, posted, interaction),
            Tried::Used => "That code has been used already.",
            Tried::Sent => "A new code is on its way. Codes sent before do not work any more.",
            Tried::Wrong if interaction.tries >= MAX_TRIES => {
                auth.sessions.end(&posted.ticket, posted.cookie, now)?;
                let why = OAuthError::new(ErrorCode::AccessDenied, "the account holder gave wrong codes");
                return Ok(interaction.request.refuse(&why, (bank, call)));
            }
            Tried::Wrong => "That was not the code. We have sent you another one.",
        };
        Ok(journey::show(bank, &interaction, &posted.ticket, now, Some(alert)))
    }))
}
