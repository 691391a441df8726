//! Metadata of what a bank offers besides the code flow: registration, logout, devices and the backchannel.

use serde::Serialize;

use crate::auth::client::GrantType;
use crate::auth::security::Security;

/// RFC 8414 2, RFC 8628 4, OpenID CIBA 4, OpenID Connect RP-Initiated Logout 1.0 2.1.
#[derive(Debug, Serialize)]
pub(crate) struct FurtherMetadata {
    registration_endpoint: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_session_endpoint: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    device_authorization_endpoint: Option<String>,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    backchannel: Option<Backchannel>,
}

#[derive(Debug, Serialize)]
struct Backchannel {
    backchannel_authentication_endpoint: String,
    backchannel_token_delivery_modes_supported: [&'static str; 2],
    backchannel_authentication_request_signing_alg_values_supported: Vec<&'static str>,
    backchannel_user_code_parameter_supported: bool,
}

/// The endpoints among them that have a twin at the listener for mutual TLS (RFC 8705 5).
#[derive(Debug, Serialize)]
pub(crate) struct FurtherAliases {
    registration_endpoint: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    device_authorization_endpoint: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    backchannel_authentication_endpoint: Option<String>,
}

impl FurtherMetadata {
    /// Of a bank with this base URL and profile.
    pub(crate) fn under(base: &str, security: &Security) -> FurtherMetadata {
        let aliases = FurtherAliases::under(base, security);
        let algorithms = security.terms().client_algorithms.iter().map(|algorithm| algorithm.name());
        FurtherMetadata {
            registration_endpoint: aliases.registration_endpoint,
            end_session_endpoint: security.asks_account_holders().then(|| format!("{base}/oauth/logout")),
            device_authorization_endpoint: aliases.device_authorization_endpoint,
            backchannel: aliases.backchannel_authentication_endpoint.map(|endpoint| Backchannel {
                backchannel_authentication_endpoint: endpoint,
                backchannel_token_delivery_modes_supported: ["poll", "ping"],
                backchannel_authentication_request_signing_alg_values_supported: algorithms
                    .filter(|name| *name != "RS256")
                    .collect(),
                backchannel_user_code_parameter_supported: false,
            }),
        }
    }
}

impl FurtherAliases {
    /// Of a bank with this base URL and profile.
    pub(crate) fn under(base: &str, security: &Security) -> FurtherAliases {
        let endpoint = |grant, path| {
            let offered = security.terms().grants.contains(&grant);
            offered.then(|| format!("{base}/oauth/{path}"))
        };
        FurtherAliases {
            registration_endpoint: format!("{base}/oauth/register"),
            device_authorization_endpoint: endpoint(GrantType::DeviceCode, "device_authorization"),
            backchannel_authentication_endpoint: endpoint(GrantType::Ciba, "bc-authorize"),
        }
    }
}
