//! There are public keys where the client's method needs them.

use serde_json::Value;

use crate::auth::client::AuthMethod;
use crate::auth::endpoint::register::{RegisterStage, Registering, bad_metadata, keys_of};
use crate::auth::error::{ErrorCode, OAuthError};
use crate::auth::step::{Kind, Step};

pub(crate) const STEP: Step<RegisterStage> = Step {
    slug: "usable-keys",
    kind: Kind::Reads,
    source: "RFC 7591 2, RFC 8705 2.2",
    errors: &[ErrorCode::InvalidClientMetadata],
    run,
};

/// Members of a JWK that only its owner may know (RFC 7518 6).
pub(crate) const PRIVATE: &[&str] = &["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

fn run(registering: &mut Registering<'_>) -> Result<(), OAuthError> {
    let set = match registering.asked.get("jwks") {
        None | Some(Value::Null) if registering.jwks_uri.is_some() => None,
        None | Some(Value::Null) => registering.stated("software_jwks").cloned(),
        Some(set) => Some(set.clone()),
    };
    if let Some(set) = &set {
        let keys = set["keys"].as_array().map_or(&[][..], Vec::as_slice);
        let private = |key: &Value| PRIVATE.iter().any(|member| key.get(*member).is_some());
        if keys.iter().any(private) {
            return Err(bad_metadata("jwks holds a private key: whoever made it must not use it any more"));
        }
        if keys.is_empty() || keys_of(set).len() != keys.len() {
            return Err(bad_metadata("jwks is not a set of public keys (RFC 7517 5)"));
        }
    }
    let needed = matches!(registering.auth_method, AuthMethod::PrivateKeyJwt | AuthMethod::SelfSignedTlsClientAuth);
    if needed && set.is_none() && registering.jwks_uri.is_none() {
        let method = registering.auth_method.name();
        return Err(bad_metadata(format!("{method} needs jwks, or jwks_uri, with the client's public keys")));
    }
    registering.jwks = set;
    Ok(())
}
