//! The answer travels encrypted, or stays on the machine.

use crate::auth::endpoint::authorize::{FrontChannel, FrontStage};
use crate::auth::error::{ErrorCode, OAuthError};
use crate::auth::redirect;
use crate::auth::step::{Kind, Step};

pub(crate) const STEP: Step<FrontStage> = Step {
    slug: "https-redirect-uri",
    kind: Kind::Rule,
    source: "FAPI 1.0 part 1 5.2.2 (20), FAPI 2.0 5.3.2.2 (8)",
    errors: &[ErrorCode::InvalidRequest],
    run,
};

fn run(front: &mut FrontChannel<'_>) -> Result<(), OAuthError> {
    let uri = &front.redirect_uri;
    if uri.starts_with("https://") || redirect::is_loopback(uri) {
        return Ok(());
    }
    Err(OAuthError::new(ErrorCode::InvalidRequest, "redirect_uri must be https, or http on a loopback address"))
}
