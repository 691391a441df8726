//! The server's metadata (RFC 8414, OpenID Connect Discovery 3): what the bank's profile offers, under registered names.

use axum::http::StatusCode;
use serde::Serialize;

use crate::auth::client::AuthMethod;
use crate::auth::details;
use crate::auth::endpoint::further_metadata::{FurtherAliases, FurtherMetadata};
use crate::auth::key::SigningAlgorithm;
use crate::auth::proof::PROOF_ALGORITHMS;
use crate::auth::requested::{INTENT, LEVELS};
use crate::auth::scope::offered_at;
use crate::auth::security::{Need, Security, Variant};
use crate::exchange::{Call, Problem, Reply};
use crate::world::BankInstance;

/// A list that is left out if it is empty.
type Names = Vec<&'static str>;

#[derive(Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "RFC 8414 and OpenID Connect Discovery name these members")]
struct Metadata<'a> {
    issuer: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    authorization_endpoint: Option<String>,
    #[serde(flatten)]
    endpoints: Endpoints,
    #[serde(skip_serializing_if = "Option::is_none")]
    mtls_endpoint_aliases: Option<Aliases>,
    jwks_uri: String,
    scopes_supported: Names,
    response_types_supported: Names,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    response_modes_supported: Names,
    grant_types_supported: Names,
    subject_types_supported: Names,
    id_token_signing_alg_values_supported: Names,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    userinfo_signing_alg_values_supported: Names,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    authorization_signing_alg_values_supported: Names,
    introspection_signing_alg_values_supported: Names,
    token_endpoint_auth_methods_supported: Names,
    token_endpoint_auth_signing_alg_values_supported: Names,
    revocation_endpoint_auth_methods_supported: Names,
    revocation_endpoint_auth_signing_alg_values_supported: Names,
    introspection_endpoint_auth_methods_supported: Names,
    introspection_endpoint_auth_signing_alg_values_supported: Names,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    request_object_signing_alg_values_supported: Names,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    dpop_signing_alg_values_supported: Names,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    code_challenge_methods_supported: Names,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    prompt_values_supported: Names,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    acr_values_supported: Names,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    authorization_details_types_supported: Names,
    claims_supported: Names,
    claims_parameter_supported: bool,
    request_parameter_supported: bool,
    request_uri_parameter_supported: bool,
    require_pushed_authorization_requests: bool,
    require_signed_request_object: bool,
    tls_client_certificate_bound_access_tokens: bool,
    authorization_response_iss_parameter_supported: bool,
    #[serde(flatten)]
    further: FurtherMetadata,
}

/// The twins at the listener for mutual TLS.
#[derive(Serialize)]
struct Aliases {
    #[serde(flatten)]
    endpoints: Endpoints,
    #[serde(flatten)]
    further: FurtherAliases,
}

/// The endpoints that have a twin at the listener for mutual TLS (RFC 8705 5).
#[derive(Serialize)]
struct Endpoints {
    token_endpoint: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    userinfo_endpoint: Option<String>,
    revocation_endpoint: String,
    introspection_endpoint: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pushed_authorization_request_endpoint: Option<String>,
}

impl Endpoints {
    fn under(base: &str, security: &Security) -> Endpoints {
        let endpoint = |path| format!("{base}/oauth/{path}");
        Endpoints {
            token_endpoint: endpoint("token"),
            userinfo_endpoint: security.asks_account_holders().then(|| endpoint("userinfo")),
            revocation_endpoint: endpoint("revoke"),
            introspection_endpoint: endpoint("introspect"),
            pushed_authorization_request_endpoint: (security.terms().pushed != Need::Never).then(|| endpoint("par")),
        }
    }
}

/// Both well-known documents: they are equal.
///
/// # Errors
/// Never.
pub fn metadata(bank: &BankInstance, call: &Call<'_>) -> Result<Reply, Problem> {
    let base = call.request.base_url.as_str();
    let security = &bank.auth.settings.security;
    let terms = security.terms();
    let holders = security.asks_account_holders();
    let if_holders = |names: Names| if holders { names } else { Names::new() };
    let methods: Names = terms.auth_methods.iter().map(|method| method.name()).collect();
    let confidential = terms.auth_methods.iter().filter(|method| **method != AuthMethod::None);
    let algorithms = names_of(terms.client_algorithms);
    let signing = vec![security.signing.name()];
    let signed_modes = terms.response_modes.iter().any(|mode| mode.ends_with("jwt"));
    let document = Metadata {
        issuer: base,
        authorization_endpoint: holders.then(|| format!("{base}/oauth/authorize")),
        endpoints: Endpoints::under(base, security),
        mtls_endpoint_aliases: call.request.mutual_base_url.as_deref().map(|base| Aliases {
            endpoints: Endpoints::under(base, security),
            further: FurtherAliases::under(base, security),
        }),
        jwks_uri: format!("{base}/oauth/jwks"),
        scopes_supported: offered_at(bank.dialect.slug())
            .filter(|scope| holders || scope.sentence.is_some())
            .map(|scope| scope.name)
            .collect(),
        response_types_supported: terms.response_types.to_vec(),
        response_modes_supported: terms.response_modes.to_vec(),
        grant_types_supported: terms.grants.iter().map(|grant| grant.name()).collect(),
        subject_types_supported: vec!["public"],
        id_token_signing_alg_values_supported: names_of(&security.id_token_algorithms()),
        userinfo_signing_alg_values_supported: if_holders(signing.clone()),
        authorization_signing_alg_values_supported: if signed_modes { signing.clone() } else { Names::new() },
        introspection_signing_alg_values_supported: signing,
        token_endpoint_auth_methods_supported: methods.clone(),
        token_endpoint_auth_signing_alg_values_supported: algorithms.clone(),
        revocation_endpoint_auth_methods_supported: methods,
        revocation_endpoint_auth_signing_alg_values_supported: algorithms.clone(),
        introspection_endpoint_auth_methods_supported: confidential.map(|method| method.name()).collect(),
        introspection_endpoint_auth_signing_alg_values_supported: algorithms.clone(),
        request_object_signing_alg_values_supported: request_algorithms(security, algorithms),
        dpop_signing_alg_values_supported: match security.sender.reads_proofs() {
            true => names_of(PROOF_ALGORITHMS),
            false => Names::new(),
        },
        code_challenge_methods_supported: if_holders(vec!["S256"]),
        prompt_values_supported: if_holders(vec!["none", "login", "consent", "select_account"]),
        acr_values_supported: if_holders(LEVELS.to_vec()),
        authorization_details_types_supported: if_holders(details::TYPES.to_vec()),
        claims_supported: if_holders(claims(security)),
        claims_parameter_supported: holders,
        request_parameter_supported: terms.signed_request != Need::Never && holders,
        request_uri_parameter_supported: false,
        require_pushed_authorization_requests: terms.pushed == Need::Always,
        require_signed_request_object: terms.signed_request == Need::Always,
        tls_client_certificate_bound_access_tokens: security.sender.reads_certificates(),
        authorization_response_iss_parameter_supported: holders,
        further: FurtherMetadata::under(base, security),
    };
    let body = serde_json::to_vec(&document).expect("response structs hold only text, flags and lists");
    Ok(Reply::new(StatusCode::OK, "application/json", body))
}

fn names_of(algorithms: &[SigningAlgorithm]) -> Names {
    algorithms.iter().map(|algorithm| algorithm.name()).collect()
}

/// What request objects are signed with; where OpenID Connect rules, they need not be.
fn request_algorithms(security: &Security, mut algorithms: Names) -> Names {
    match security.terms().signed_request {
        Need::Never => Names::new(),
        Need::Always => algorithms,
        Need::Allowed => {
            algorithms.push("none");
            algorithms
        }
    }
}

fn claims(security: &Security) -> Names {
    let mut claims = vec!["iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "acr", "at_hash", "name", "email"];
    claims.extend(["phone_number", "address"]);
    if security.terms().response_types.iter().any(|kind| kind.contains("id_token")) {
        claims.extend(["c_hash", "s_hash"]);
    }
    if security.variant == Variant::UkOpenBanking {
        claims.push(INTENT);
    }
    claims
}
