//! The challenge is a SHA-256 in base64url: a plain one would show the verifier to everybody who sees the URL.

use crate::auth::endpoint::authorize::{FrontChannel, FrontStage};
use crate::auth::error::{ErrorCode, OAuthError};
use crate::auth::step::{Kind, Step};

pub(crate) const STEP: Step<FrontStage> = Step {
    slug: "pkce-s256",
    kind: Kind::Rule,
    source: "RFC 7636 4.2, 7.2",
    errors: &[ErrorCode::InvalidRequest],
    run,
};

const CHALLENGE_CHARACTERS: usize = 43;

fn run(front: &mut FrontChannel<'_>) -> Result<(), OAuthError> {
    let refuse = |description| Err(OAuthError::new(ErrorCode::InvalidRequest, description));
    let Some(challenge) = front.parameters.get("code_challenge") else {
        return match front.parameters.get("code_challenge_method") {
            Some(_) => refuse("code_challenge_method came without code_challenge"),
            None => Ok(()),
        };
    };
    if front.parameters.get("code_challenge_method") != Some("S256") {
        return refuse("code_challenge_method must be S256");
    }
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    if challenge.len() != CHALLENGE_CHARACTERS || !challenge.bytes().all(legal) {
        return refuse("code_challenge must be 43 characters of base64url: the SHA-256 of the verifier");
    }
    Ok(())
}
