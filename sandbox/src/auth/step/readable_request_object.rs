//! The request object takes the place of the parameters. Who it is from, and for whom, later steps judge: an error can be
//! sent back only once it is known where to.

use crate::auth::endpoint::authorize::{FrontChannel, FrontStage};
use crate::auth::error::{ErrorCode, OAuthError};
use crate::auth::form::Form;
use crate::auth::jose::Jws;
use crate::auth::step::{Kind, Step};

pub(crate) const STEP: Step<FrontStage> = Step {
    slug: "readable-request-object",
    kind: Kind::Reads,
    source: "RFC 9101 5, OpenID Connect Core 6.1",
    errors: &[ErrorCode::InvalidRequestObject],
    run,
};

fn run(front: &mut FrontChannel<'_>) -> Result<(), OAuthError> {
    let Some(text) = front.parameters.get("request").map(str::to_owned) else { return Ok(()) };
    let refuse = |why: String| OAuthError::new(ErrorCode::InvalidRequestObject, why);
    let jws = Jws::parse(&text).map_err(|why| refuse(format!("the request object is {why}")))?;
    let inner = Form::of_claims(&jws.claims).map_err(|why| refuse(format!("in the request object, {why}")))?;
    // OpenID Connect lets parameters outside fill in what is missing; RFC 9101, and FAPI with it, does not.
    let outer = std::mem::take(&mut front.parameters);
    front.parameters = if front.security().is_fapi() { inner } else { inner.or(&outer, &["request"]) };
    front.object = Some(jws);
    Ok(())
}
