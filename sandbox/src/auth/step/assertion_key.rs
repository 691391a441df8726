//! The key is one the client registered: the one the assertion names, or the only one that fits.

use jsonwebtoken::jwk::{Jwk, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey};

use crate::auth::assertion::{Assertion, AssertionStage, family_of};
use crate::auth::client_auth::failed;
use crate::auth::error::{ErrorCode, OAuthError};
use crate::auth::step::{Kind, Step};

pub(crate) const STEP: Step<AssertionStage> = Step {
    slug: "assertion-key",
    kind: Kind::Reads,
    source: "RFC 7515 4.1.4, RFC 7517 4.2",
    errors: &[ErrorCode::InvalidClient],
    run,
};

fn run(assertion: &mut Assertion<'_>) -> Result<(), OAuthError> {
    let header = assertion.header();
    let fits = |jwk: &&Jwk| {
        let signs = matches!(jwk.common.public_key_use, None | Some(PublicKeyUse::Signature));
        let named = header.kid.is_none() || jwk.common.key_id == header.kid;
        let algorithm =
            jwk.common.key_algorithm.is_none_or(|alg| Algorithm::try_from(alg).is_ok_and(|alg| alg == header.alg));
        signs && named && algorithm && family_of(jwk) == Some(header.alg.family())
    };
    let mut keys = assertion.client.keys.public().iter().filter(fits);
    let (Some(jwk), None) = (keys.next(), keys.next()) else { return Err(failed(assertion.call.request)) };
    assertion.key = Some(DecodingKey::from_jwk(jwk).map_err(|_| failed(assertion.call.request))?);
    Ok(())
}
