//! The client knows the verifier behind the challenge of the authorization request.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::auth::endpoint::back_channel::{BackChannel, BackStage};
use crate::auth::error::{ErrorCode, OAuthError};
use crate::auth::grant::Challenge;
use crate::auth::mint::{same_secret, sha256};
use crate::auth::step::{Kind, Step};

pub(crate) const STEP: Step<BackStage> = Step {
    slug: "code-verifier",
    kind: Kind::Rule,
    source: "RFC 7636 4.6, RFC 9700 2.1.1",
    errors: &[ErrorCode::InvalidGrant],
    run,
};

fn run(back: &mut BackChannel<'_>) -> Result<(), OAuthError> {
    let refuse = |description| Err(OAuthError::new(ErrorCode::InvalidGrant, description));
    match (&back.code().challenge, back.form.get("code_verifier")) {
        (None, None) => Ok(()),
        (None, Some(_)) => refuse("code_verifier came, but the authorization request had no code_challenge"),
        (Some(_), None) => refuse("code_verifier is missing"),
        (Some(challenge), Some(verifier)) => {
            let matches = match challenge {
                Challenge::S256(hash) => same_secret(&URL_SAFE_NO_PAD.encode(sha256(verifier.as_bytes())), hash),
                Challenge::Plain(text) => same_secret(verifier, text),
            };
            let right = matches && is_verifier(verifier);
            if right { Ok(()) } else { refuse("code_verifier does not match code_challenge") }
        }
    }
}

/// RFC 7636 4.1: 43 to 128 unreserved characters.
fn is_verifier(text: &str) -> bool {
    let unreserved = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    (43..=128).contains(&text.len()) && text.bytes().all(unreserved)
}
