//! The bank tells a client that a request is decided, or lets it ask; it sends no tokens to anybody.

use crate::auth::endpoint::register::{RegisterStage, Registering, bad_metadata};
use crate::auth::error::{ErrorCode, OAuthError};
use crate::auth::step::{Kind, Step};

pub(crate) const STEP: Step<RegisterStage> = Step {
    slug: "no-push",
    kind: Kind::Rule,
    source: "FAPI-CIBA 5.2.2, OpenID CIBA 4",
    errors: &[ErrorCode::InvalidClientMetadata],
    run,
};

fn run(registering: &mut Registering<'_>) -> Result<(), OAuthError> {
    let endpoint = registering.text("backchannel_client_notification_endpoint")?;
    match registering.text("backchannel_token_delivery_mode")? {
        None | Some("poll") => Ok(()),
        Some("ping") if endpoint.is_some_and(|endpoint| url::Url::parse(endpoint).is_ok()) => Ok(()),
        Some("ping") => Err(bad_metadata("ping needs backchannel_client_notification_endpoint, a URL")),
        Some(_) => Err(bad_metadata("backchannel_token_delivery_mode must be poll or ping")),
    }
}
