//! The request that a reference of ours stands for; nothing else in the URL counts then.

use crate::auth::endpoint::authorize::{FrontChannel, FrontStage};
use crate::auth::error::{ErrorCode, OAuthError};
use crate::auth::pushed::URN;
use crate::auth::step::{Kind, Step};

pub(crate) const STEP: Step<FrontStage> = Step {
    slug: "pushed-request",
    kind: Kind::Reads,
    source: "RFC 9126 4",
    errors: &[ErrorCode::InvalidRequestUri],
    run,
};

fn run(front: &mut FrontChannel<'_>) -> Result<(), OAuthError> {
    let uri = front.parameters.get("request_uri").filter(|uri| uri.starts_with(URN));
    let Some(uri) = uri.map(str::to_owned) else { return Ok(()) };
    let pushed = front.bank.auth.pushed.find(&uri);
    let unknown = || OAuthError::new(ErrorCode::InvalidRequestUri, "request_uri is unknown: push the request again");
    let pushed = pushed.ok_or_else(unknown)?;
    front.parameters = pushed.parameters.clone();
    front.dpop_jkt = pushed.key.clone();
    front.pushed = Some((uri, pushed));
    Ok(())
}
