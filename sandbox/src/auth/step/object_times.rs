//! The request object is valid now, on the world's clock, and not for long.

use crate::auth::endpoint::authorize::{FrontChannel, FrontStage};
use crate::auth::error::{ErrorCode, OAuthError};
use crate::auth::step::{Kind, Step};

pub(crate) const STEP: Step<FrontStage> = Step {
    slug: "object-times",
    kind: Kind::Rule,
    source: "FAPI 1.0 part 2 5.2.2 (13, 17), FAPI 2.0 message signing 5.3.1",
    errors: &[ErrorCode::InvalidRequestObject],
    run,
};

/// Clocks differ: 10 seconds ahead must pass, 60 must not.
const MAX_AHEAD_SECONDS: f64 = 30.0;
const HOUR_SECONDS: f64 = 3600.0;

fn run(front: &mut FrontChannel<'_>) -> Result<(), OAuthError> {
    let Some(object) = &front.object else { return Ok(()) };
    let refuse = |why| Err(OAuthError::new(ErrorCode::InvalidRequestObject, why));
    let now = front.call.now.as_second() as f64;
    let (exp, nbf) = (object.seconds("exp"), object.seconds("nbf"));
    if exp.is_some_and(|exp| exp <= now) {
        return refuse("the request object has expired");
    }
    if [nbf, object.seconds("iat")].into_iter().flatten().any(|at| at > now + MAX_AHEAD_SECONDS) {
        return refuse("nbf or iat of the request object is in the future");
    }
    match (exp, nbf) {
        _ if !front.security().is_fapi() => Ok(()),
        (Some(exp), Some(nbf)) if exp - nbf > HOUR_SECONDS => {
            refuse("the request object is good for more than an hour")
        }
        (Some(_), Some(nbf)) if now - nbf > HOUR_SECONDS => {
            refuse("nbf of the request object is more than an hour ago")
        }
        (Some(_), Some(_)) => Ok(()),
        _ => refuse("the request object needs exp and nbf"),
    }
}
