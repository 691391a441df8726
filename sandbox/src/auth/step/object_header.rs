//! The request object is signed with an algorithm the profile trusts, and is meant as one.

use crate::auth::endpoint::authorize::{FrontChannel, FrontStage};
use crate::auth::error::{ErrorCode, OAuthError};
use crate::auth::step::{Kind, Step};

pub(crate) const STEP: Step<FrontStage> = Step {
    slug: "object-header",
    kind: Kind::Rule,
    source: "RFC 9101 4, 10.2, RFC 8725 3.1",
    errors: &[ErrorCode::InvalidRequestObject],
    run,
};

fn run(front: &mut FrontChannel<'_>) -> Result<(), OAuthError> {
    let Some(object) = &front.object else { return Ok(()) };
    let refuse = |why: String| Err(OAuthError::new(ErrorCode::InvalidRequestObject, why));
    let algorithms = front.security().terms().client_algorithms;
    let unsigned = object.is_unsigned() && !front.security().is_fapi();
    if !unsigned && !object.algorithm().is_some_and(|algorithm| algorithms.contains(&algorithm)) {
        let legal = algorithms.iter().map(|algorithm| algorithm.name()).collect::<Vec<_>>().join(", ");
        return refuse(format!("the request object must be signed with one of {legal}"));
    }
    let typ = object.header("typ").unwrap_or("JWT");
    if !typ.eq_ignore_ascii_case("oauth-authz-req+jwt") && !typ.eq_ignore_ascii_case("JWT") {
        return refuse("typ of the request object must be oauth-authz-req+jwt".to_owned());
    }
    if object.header.contains_key("crit") {
        return refuse("the request object must not have crit in its header".to_owned());
    }
    Ok(())
}
