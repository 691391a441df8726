//! Certificates for clients, made on demand by the authority behind the TLS listeners.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Control;
use super::problem::{Failure, Json};
use super::shape::Shaped;
use crate::certificate::Psd2Role;
use crate::tls::{AlternativeName, BundleError, BundleOrder, Credential, KEY_KINDS, SIGNERS, VALIDITIES};

/// What to make; what is left out is as `bank-sandbox cert` has it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NewCertificate {
    name: Option<String>,
    organisation: Option<String>,
    organisation_id: Option<String>,
    country: Option<String>,
    roles: Option<Vec<String>>,
    kind: Option<String>,
    validity: Option<String>,
    signer: Option<String>,
    #[serde(default)]
    san_dns: Vec<String>,
    #[serde(default)]
    san_uri: Vec<String>,
    #[serde(default)]
    san_ip: Vec<String>,
    #[serde(default)]
    san_email: Vec<String>,
    password: Option<String>,
}

impl Shaped for NewCertificate {
    const SCHEMA: &'static str = "NewCertificate";
}

#[derive(Serialize)]
pub(super) struct BundleView {
    ca_pem: String,
    transport: CredentialView,
    signing: CredentialView,
    /// The keys of both, for registration.
    jwks: Value,
    /// The signing key with its private half, for the client.
    private_jwks: Value,
}

#[derive(Serialize)]
struct CredentialView {
    subject: String,
    thumbprint: String,
    certificate_pem: String,
    private_key_pem: String,
    pkcs12: String,
}

/// Makes a bundle; nothing is registered or remembered.
pub(super) async fn create(
    State(control): State<Arc<Control>>,
    Json(asked): Json<NewCertificate>,
) -> Result<(StatusCode, axum::Json<BundleView>), Failure> {
    let none = || Failure::conflict("there is no TLS listener, and so no certificate authority; `--tls` starts both");
    let tls = control.tls.as_ref().ok_or_else(none)?;
    let password = asked.password.clone().unwrap_or_else(|| "sandbox".to_owned());
    let order = asked.order()?;
    let bundle = tls.bundle(&order).map_err(|error| match error {
        BundleError::Name { .. } => Failure::bad_request(error.to_string()),
        BundleError::Certificate(_) => Failure::conflict(error.to_string()),
    })?;
    let view = |name: &str, credential: &Credential| {
        let described = credential.described();
        CredentialView {
            subject: described.subject().to_string(),
            thumbprint: described.thumbprint(),
            certificate_pem: credential.certificate_pem(),
            private_key_pem: credential.key_pem(),
            pkcs12: STANDARD.encode(credential.pkcs12(name, &bundle.ca_pem, &password)),
        }
    };
    let view = BundleView {
        transport: view(&order.name, &bundle.transport),
        signing: view(&format!("{}-signing", order.name), &bundle.signing),
        jwks: bundle.jwks(),
        private_jwks: bundle.signing.private_jwks(),
        ca_pem: bundle.ca_pem,
    };
    Ok((StatusCode::CREATED, axum::Json(view)))
}

impl NewCertificate {
    fn order(self) -> Result<BundleOrder, Failure> {
        let usual = BundleOrder::default();
        let roles = match self.roles {
            None => usual.roles,
            Some(roles) => {
                let read: Result<Vec<Psd2Role>, _> = roles.iter().map(|role| role.parse()).collect();
                read.map_err(|unknown| Failure::bad_request(format!("/roles: {unknown}")))?
            }
        };
        let mut names: Vec<AlternativeName> = self.san_dns.into_iter().map(AlternativeName::Dns).collect();
        names.extend(self.san_uri.into_iter().map(AlternativeName::Uri));
        for address in &self.san_ip {
            let wrong = |_| Failure::bad_request(format!("/san_ip: `{address}` is no IPv4 or IPv6 address"));
            names.push(AlternativeName::Address(address.parse().map_err(wrong)?));
        }
        names.extend(self.san_email.into_iter().map(AlternativeName::Email));
        Ok(BundleOrder {
            name: self.name.unwrap_or(usual.name),
            organisation: self.organisation.unwrap_or(usual.organisation),
            organisation_id: self.organisation_id.unwrap_or(usual.organisation_id),
            country: self.country.unwrap_or(usual.country),
            roles,
            // The schema lets no other word through.
            kind: named(KEY_KINDS, self.kind.as_deref(), usual.kind),
            validity: named(VALIDITIES, self.validity.as_deref(), usual.validity),
            signer: named(SIGNERS, self.signer.as_deref(), usual.signer),
            alternative_names: names,
        })
    }
}

fn named<T: Copy>(table: &[(T, &str)], word: Option<&str>, usual: T) -> T {
    word.and_then(|word| table.iter().find(|row| row.1 == word)).map_or(usual, |row| row.0)
}
