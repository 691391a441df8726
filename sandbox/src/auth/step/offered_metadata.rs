//! What the client wants to do is what the bank's profile offers.

use crate::auth::client::{AuthMethod, GrantType};
use crate::auth::endpoint::register::{RegisterStage, Registering, bad_metadata};
use crate::auth::error::{ErrorCode, OAuthError};
use crate::auth::rs256;
use crate::auth::step::{Kind, Step};

pub(crate) const STEP: Step<RegisterStage> = Step {
    slug: "offered-metadata",
    kind: Kind::Reads,
    source: "RFC 7591 2, 3.2.2",
    errors: &[ErrorCode::InvalidClientMetadata],
    run,
};

/// Members that name an algorithm.
const ALGORITHMS: &[&str] = &[
    "token_endpoint_auth_signing_alg",
    "request_object_signing_alg",
    "backchannel_authentication_request_signing_alg",
];

fn run(registering: &mut Registering<'_>) -> Result<(), OAuthError> {
    let security = registering.bank.auth.settings.security;
    let terms = security.terms();
    let method = match registering.text("token_endpoint_auth_method")? {
        // RFC 7591 2: Basic, where the profile has it.
        None => terms.auth_methods.first().copied(),
        Some(name) => terms.auth_methods.iter().copied().find(|method| method.name() == name),
    };
    registering.auth_method = method.ok_or_else(|| {
        let legal: Vec<_> = terms.auth_methods.iter().map(|method| method.name()).collect();
        bad_metadata(format!("token_endpoint_auth_method must be one of {}", legal.join(", ")))
    })?;
    let public = registering.auth_method == AuthMethod::None;
    let open = |grant: &GrantType| !(public && *grant == GrantType::ClientCredentials);
    let legal: Vec<GrantType> = terms.grants.iter().copied().filter(open).collect();
    registering.grants = match registering.texts("grant_types")? {
        // RFC 7591 2: the code grant alone, if the profile has it.
        None => legal.first().copied().into_iter().collect(),
        Some(names) => {
            let found = names.iter().map(|name| legal.iter().copied().find(|grant| grant.name() == name));
            found.collect::<Option<Vec<_>>>().ok_or_else(|| {
                let legal: Vec<_> = legal.iter().map(|grant| grant.name()).collect();
                bad_metadata(format!("grant_types must be some of {}", legal.join(", ")))
            })?
        }
    };
    let code = registering.grants.contains(&GrantType::AuthorizationCode);
    registering.response_types = match registering.texts("response_types")? {
        None if code => terms.response_types.first().map(|kind| (*kind).to_owned()).into_iter().collect(),
        None => Vec::new(),
        Some(kinds) => kinds,
    };
    if let Some(wrong) = registering.response_types.iter().find(|kind| !terms.response_types.contains(&kind.as_str())) {
        let legal = terms.response_types.join(", ");
        return Err(bad_metadata(format!("response_types cannot be {wrong}; legal are {legal}")));
    }
    if code == registering.response_types.is_empty() {
        return Err(bad_metadata("response_types and grant_types must agree: authorization_code goes with code"));
    }
    for member in ALGORITHMS {
        let Some(name) = registering.text(member)? else { continue };
        if !terms.client_algorithms.iter().any(|algorithm| algorithm.name() == name) {
            let legal: Vec<_> = terms.client_algorithms.iter().map(|algorithm| algorithm.name()).collect();
            return Err(bad_metadata(format!("{member} must be one of {}", legal.join(", "))));
        }
    }
    let own = vec![security.signing];
    for (member, offered) in
        [(rs256::MEMBER, security.id_token_algorithms()), ("authorization_signed_response_alg", own)]
    {
        let Some(name) = registering.text(member)? else { continue };
        if !offered.iter().any(|algorithm| algorithm.name() == name) {
            let legal: Vec<_> = offered.iter().map(|algorithm| algorithm.name()).collect();
            return Err(bad_metadata(format!(
                "{member} must be {}: the bank signs with nothing else",
                legal.join(" or ")
            )));
        }
    }
    Ok(())
}
