//! The server's metadata (RFC 8414, OpenID Connect Discovery 3).

use axum::http::StatusCode;
use serde::Serialize;

use crate::auth::client::AuthMethod;
use crate::auth::scope::OFFERED;
use crate::exchange::{Call, Problem, Reply};
use crate::world::BankInstance;

#[derive(Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "RFC 8414 and OpenID Connect Discovery name these members")]
struct Metadata<'a> {
    issuer: &'a str,
    authorization_endpoint: String,
    token_endpoint: String,
    userinfo_endpoint: String,
    revocation_endpoint: String,
    introspection_endpoint: String,
    jwks_uri: String,
    scopes_supported: Vec<&'a str>,
    response_types_supported: [&'a str; 1],
    response_modes_supported: [&'a str; 1],
    grant_types_supported: Vec<&'a str>,
    subject_types_supported: [&'a str; 1],
    id_token_signing_alg_values_supported: [&'a str; 1],
    token_endpoint_auth_methods_supported: Vec<&'a str>,
    token_endpoint_auth_signing_alg_values_supported: Vec<&'a str>,
    revocation_endpoint_auth_methods_supported: Vec<&'a str>,
    revocation_endpoint_auth_signing_alg_values_supported: Vec<&'a str>,
    introspection_endpoint_auth_methods_supported: Vec<&'a str>,
    introspection_endpoint_auth_signing_alg_values_supported: Vec<&'a str>,
    code_challenge_methods_supported: [&'a str; 1],
    prompt_values_supported: [&'a str; 4],
    claims_supported: [&'a str; 12],
    claims_parameter_supported: bool,
    request_parameter_supported: bool,
    request_uri_parameter_supported: bool,
    authorization_response_iss_parameter_supported: bool,
}

/// Both well-known documents: they are equal.
///
/// # Errors
/// Never.
pub fn metadata(bank: &BankInstance, call: &Call<'_>) -> Result<Reply, Problem> {
    let base = call.request.base_url.as_str();
    let endpoint = |path| format!("{base}/oauth/{path}");
    let security = &bank.auth.settings.security;
    let terms = security.terms();
    let methods: Vec<_> = terms.auth_methods.iter().map(|method| method.name()).collect();
    let confidential =
        terms.auth_methods.iter().filter(|method| **method != AuthMethod::None).map(|method| method.name());
    let algorithms: Vec<_> = terms.client_algorithms.iter().map(|algorithm| algorithm.name()).collect();
    let document = Metadata {
        issuer: base,
        authorization_endpoint: endpoint("authorize"),
        token_endpoint: endpoint("token"),
        userinfo_endpoint: endpoint("userinfo"),
        revocation_endpoint: endpoint("revoke"),
        introspection_endpoint: endpoint("introspect"),
        jwks_uri: endpoint("jwks"),
        scopes_supported: OFFERED.iter().map(|scope| scope.name).collect(),
        response_types_supported: ["code"],
        response_modes_supported: ["query"],
        grant_types_supported: terms.grants.iter().map(|grant| grant.name()).collect(),
        subject_types_supported: ["public"],
        id_token_signing_alg_values_supported: [security.signing.name()],
        token_endpoint_auth_methods_supported: methods.clone(),
        token_endpoint_auth_signing_alg_values_supported: algorithms.clone(),
        revocation_endpoint_auth_methods_supported: methods,
        revocation_endpoint_auth_signing_alg_values_supported: algorithms.clone(),
        introspection_endpoint_auth_methods_supported: confidential.collect(),
        introspection_endpoint_auth_signing_alg_values_supported: algorithms,
        code_challenge_methods_supported: ["S256"],
        prompt_values_supported: ["none", "login", "consent", "select_account"],
        claims_supported: [
            "iss",
            "sub",
            "aud",
            "exp",
            "iat",
            "auth_time",
            "nonce",
            "at_hash",
            "name",
            "email",
            "phone_number",
            "address",
        ],
        claims_parameter_supported: false,
        request_parameter_supported: false,
        request_uri_parameter_supported: false,
        authorization_response_iss_parameter_supported: true,
    };
    let body = serde_json::to_vec(&document).expect("response structs hold only text, flags and lists");
    Ok(Reply::new(StatusCode::OK, "application/json", body))
}
