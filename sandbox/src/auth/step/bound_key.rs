//! A token that is bound to a DPoP key comes with a proof made with that key, for this call and this token.

use crate::auth::bearer::{ResourceStage, Scheme, Shown};
use crate::auth::error::{ErrorCode, OAuthError};
use crate::auth::grant::Binding;
use crate::auth::proof;
use crate::auth::step::{Kind, Step};

pub(crate) const STEP: Step<ResourceStage> = Step {
    slug: "bound-key",
    kind: Kind::Rule,
    source: "RFC 9449 7.1, 7.2",
    errors: &[ErrorCode::InvalidToken, ErrorCode::InvalidDpopProof, ErrorCode::UseDpopNonce],
    run,
};

fn run(shown: &mut Shown<'_>) -> Result<(), OAuthError> {
    let refuse = |description| Err(OAuthError::new(ErrorCode::InvalidToken, description));
    match (shown.binding, shown.scheme) {
        (Some(Binding::Key(_)), Scheme::Bearer) => refuse("the access token is bound to a key: show it with DPoP"),
        (Some(Binding::Key(bound)), Scheme::Dpop) => {
            match proof::shown(shown.auth, shown.request, Some(shown.token), shown.now)? {
                None => Err(proof::refused("the DPoP proof is missing")),
                Some(key) if key == *bound => Ok(()),
                Some(_) => refuse("the DPoP proof is made with another key than the access token is bound to"),
            }
        }
        (_, Scheme::Dpop) => refuse("the access token is bound to no key: show it as Bearer"),
        (_, Scheme::Bearer) => Ok(()),
    }
}
