//! The key the pushed request names is the one it was pushed with.

use crate::auth::endpoint::back_channel::{BackChannel, BackStage};
use crate::auth::error::{ErrorCode, OAuthError};
use crate::auth::grant::Binding;
use crate::auth::step::{Kind, Step};

pub(crate) const STEP: Step<BackStage> =
    Step { slug: "pushed-key", kind: Kind::Rule, source: "RFC 9449 10.1", errors: &[ErrorCode::InvalidDpopProof], run };

fn run(back: &mut BackChannel<'_>) -> Result<(), OAuthError> {
    let shown = match &back.binding {
        Some(Binding::Key(key)) => key,
        _ => return Ok(()),
    };
    // In a request object it is read later; there the client has signed it.
    match back.form.get("dpop_jkt") {
        Some(named) if named != shown => {
            Err(OAuthError::new(ErrorCode::InvalidDpopProof, "dpop_jkt is not the key of the DPoP proof"))
        }
        _ => Ok(()),
    }
}
