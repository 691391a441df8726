//! The client signed the assertion.

use jsonwebtoken::Validation;

use crate::auth::assertion::{Assertion, AssertionStage, Claims};
use crate::auth::client_auth::failed;
use crate::auth::error::{ErrorCode, OAuthError};
use crate::auth::step::{Kind, Step};

pub(crate) const STEP: Step<AssertionStage> = Step {
    slug: "assertion-signature",
    kind: Kind::Rule,
    source: "RFC 7523 3 (9)",
    errors: &[ErrorCode::InvalidClient],
    run,
};

fn run(assertion: &mut Assertion<'_>) -> Result<(), OAuthError> {
    let mut validation = Validation::new(assertion.header().alg);
    // Times are judged by the world's clock, in a step of their own; this one is about the signature alone.
    validation.validate_exp = false;
    validation.validate_aud = false;
    validation.required_spec_claims.clear();
    let verified = jsonwebtoken::decode::<Claims>(&assertion.jwt, assertion.key(), &validation);
    verified.map(|_| ()).map_err(|_| failed(assertion.call.request))
}
