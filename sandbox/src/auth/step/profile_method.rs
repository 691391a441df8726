//! The client proves who it is in a way the profile trusts: with a key or certificate of its own, not with a secret that
//! the bank knows too.

use crate::auth::client_auth::failed;
use crate::auth::endpoint::back_channel::{BackChannel, BackStage};
use crate::auth::error::{ErrorCode, OAuthError};
use crate::auth::step::{Kind, Step};

pub(crate) const STEP: Step<BackStage> = Step {
    slug: "profile-method",
    kind: Kind::Rule,
    source: "FAPI 1.0 part 2 5.2.2 (14), FAPI 2.0 5.3.2.1 (6)",
    errors: &[ErrorCode::InvalidClient],
    run,
};

fn run(back: &mut BackChannel<'_>) -> Result<(), OAuthError> {
    let trusted = back.bank.auth.settings.security.terms().auth_methods;
    if trusted.contains(&back.credentials().method()) { Ok(()) } else { Err(failed(back.call.request)) }
}
