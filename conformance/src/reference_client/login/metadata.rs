//! What the bank's authorization server says of itself (RFC 8414, OpenID Connect Discovery).

use jsonwebtoken::Algorithm;
use reqwest::Url;
use serde_json::{Map, Value};

use super::care::Look;
use super::{Login, doubt, object};
use crate::reference_client::failure::Failure;

/// Metadata that were looked at.
pub(super) struct Metadata {
    pub(super) issuer: String,
    pub(super) authorization_endpoint: Url,
    pub(super) token_endpoint: Url,
    pub(super) jwks_uri: Url,
    pub(super) userinfo_endpoint: Option<Url>,
    pub(super) push_endpoint: Option<Url>,
    /// The authorization response names its issuer (RFC 9207).
    pub(super) says_iss: bool,
    /// What id_tokens may be signed with.
    pub(super) algorithms: Vec<Algorithm>,
}

impl Login<'_> {
    /// The metadata of the bank.
    pub(super) async fn metadata(&self) -> Result<Metadata, Failure> {
        let own = self.registration.issuer();
        let url = Url::parse(&format!("{own}/.well-known/openid-configuration"));
        let url = url.map_err(|_| doubt("the issuer is not an address"))?;
        let answer = self.get(url, None).await?;
        let members = object(&answer, &[200])?;
        let text = |name: &str| members.get(name).and_then(Value::as_str);
        let issuer = text("issuer").ok_or_else(|| doubt("the metadata have no issuer"))?;
        if issuer != own && !self.care.leaves_out(Look::Issuer) {
            return Err(doubt("the metadata are another issuer's"));
        }
        let optional = |name: &str| text(name).map(|address| self.endpoint(name, address)).transpose();
        let needed = |name: &str| optional(name)?.ok_or_else(|| doubt(format!("the metadata lack {name}")));
        Ok(Metadata {
            issuer: own.to_owned(),
            authorization_endpoint: needed("authorization_endpoint")?,
            token_endpoint: needed("token_endpoint")?,
            jwks_uri: needed("jwks_uri")?,
            userinfo_endpoint: optional("userinfo_endpoint")?,
            push_endpoint: optional("pushed_authorization_request_endpoint")?,
            says_iss: members.get("authorization_response_iss_parameter_supported") == Some(&Value::Bool(true)),
            algorithms: algorithms(&members),
        })
    }

    /// An endpoint, if it is where the issuer is: our secrets go there.
    fn endpoint(&self, name: &str, address: &str) -> Result<Url, Failure> {
        let url = Url::parse(address).map_err(|_| doubt(format!("{name} is not an address")))?;
        if url.origin() != self.registration.issuer.origin() && !self.care.leaves_out(Look::Origins) {
            return Err(doubt(format!("{name} is not at the issuer's own address")));
        }
        Ok(url)
    }
}

/// The algorithms of the metadata that this client verifies; no other is believed, whatever a header says.
fn algorithms(members: &Map<String, Value>) -> Vec<Algorithm> {
    const KNOWN: &[(&str, Algorithm)] = &[
        ("ES256", Algorithm::ES256),
        ("PS256", Algorithm::PS256),
        ("EdDSA", Algorithm::EdDSA),
        ("RS256", Algorithm::RS256),
    ];
    let named = members.get("id_token_signing_alg_values_supported").and_then(Value::as_array);
    let named = named.into_iter().flatten().filter_map(Value::as_str);
    named.filter_map(|name| KNOWN.iter().find(|row| row.0 == name).map(|row| row.1)).collect()
}
