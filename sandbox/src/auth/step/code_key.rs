//! Who redeems the code holds the key it was asked for with.

use crate::auth::endpoint::back_channel::{BackChannel, BackStage};
use crate::auth::error::{ErrorCode, OAuthError};
use crate::auth::grant::Binding;
use crate::auth::step::{Kind, Step};

pub(crate) const STEP: Step<BackStage> =
    Step { slug: "code-key", kind: Kind::Rule, source: "RFC 9449 10", errors: &[ErrorCode::InvalidDpopProof], run };

fn run(back: &mut BackChannel<'_>) -> Result<(), OAuthError> {
    let Some(asked) = &back.code().key else { return Ok(()) };
    if back.binding.as_ref() == Some(&Binding::Key(asked.clone())) {
        return Ok(());
    }
    let description = "the DPoP proof is made with another key than the authorization request named";
    Err(OAuthError::new(ErrorCode::InvalidDpopProof, description))
}
