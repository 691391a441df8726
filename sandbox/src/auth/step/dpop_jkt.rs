//! The key the code will be bound to.

use crate::auth::endpoint::authorize::{FrontChannel, FrontStage};
use crate::auth::error::{ErrorCode, OAuthError};
use crate::auth::step::{Kind, Step};

pub(crate) const STEP: Step<FrontStage> =
    Step { slug: "dpop-jkt", kind: Kind::Reads, source: "RFC 9449 10", errors: &[ErrorCode::InvalidRequest], run };

fn run(front: &mut FrontChannel<'_>) -> Result<(), OAuthError> {
    let Some(asked) = front.parameters.get("dpop_jkt") else { return Ok(()) };
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    if asked.len() != 43 || !asked.bytes().all(legal) {
        let description = "dpop_jkt must be the SHA-256 thumbprint of the DPoP key: 43 characters of base64url";
        return Err(OAuthError::new(ErrorCode::InvalidRequest, description));
    }
    front.dpop_jkt = front.dpop_jkt.take().or_else(|| Some(asked.to_owned()));
    Ok(())
}
