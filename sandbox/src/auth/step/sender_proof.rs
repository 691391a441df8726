//! The client shows a key of its own, which the tokens will be bound to: by a DPoP proof or by its certificate.

use crate::auth::client_auth::failed;
use crate::auth::endpoint::back_channel::{BackChannel, BackStage};
use crate::auth::error::{ErrorCode, OAuthError};
use crate::auth::security::Sender;
use crate::auth::step::{Kind, Step};

pub(crate) const STEP: Step<BackStage> = Step {
    slug: "sender-proof",
    kind: Kind::Rule,
    source: "FAPI 1.0 part 2 5.2.2 (5, 6), FAPI 2.0 5.3.2.1 (4, 5)",
    errors: &[ErrorCode::InvalidDpopProof, ErrorCode::InvalidClient],
    run,
};

fn run(back: &mut BackChannel<'_>) -> Result<(), OAuthError> {
    let sender = back.bank.auth.settings.security.sender;
    match (&back.binding, sender) {
        (Some(_), _) | (None, Sender::None | Sender::Optional) => Ok(()),
        (None, Sender::Mtls) => Err(failed(back.call.request)),
        (None, Sender::Dpop | Sender::Either) => {
            let description = "send a DPoP proof: tokens are bound to the client's key";
            Err(OAuthError::new(ErrorCode::InvalidDpopProof, description))
        }
    }
}
