//! What an authorization server has only where the sandbox has an authority for certificates: a client that proves itself
//! with one, and certificates for the keys the bank signs with.

use std::sync::Arc;

use crate::auth::AuthServer;
use crate::auth::client::{AuthMethod, NewClient, RegistrationError};
use crate::auth::key::SigningKey;
use crate::certificate::{Certifies, DistinguishedName};

/// The client whose certificate `bank-sandbox cert` writes unless it is told otherwise.
pub(crate) const DEMO_MTLS: &str = "demo-mtls";
/// What that certificate says.
const DEMO_SUBJECT: &str = "CN=demo-mtls,organizationIdentifier=PSDGB-SCA-100001,O=Demo App Limited,C=GB";

impl AuthServer {
    /// The same behind TLS listeners.
    ///
    /// # Errors
    /// The bank's file has a client of the same name.
    pub fn behind_tls(mut self, authority: Arc<dyn Certifies>) -> Result<AuthServer, RegistrationError> {
        if self.settings.security.terms().auth_methods.contains(&AuthMethod::TlsClientAuth) {
            let subject: DistinguishedName = DEMO_SUBJECT.parse().expect("it is a distinguished name");
            self.register(NewClient {
                client_id: Some(DEMO_MTLS.to_owned()),
                name: Some("Demo App with a certificate".to_owned()),
                auth_methods: vec![AuthMethod::TlsClientAuth],
                certificate: Some(crate::certificate::CertificateName::Subject(subject)),
                binds_to_certificate: true,
                ..NewClient::default()
            })?;
        }
        self.authority = Some(authority);
        Ok(self)
    }

    /// The certificate of a signing key (`x5c`, RFC 7517 4.7), where there is an authority.
    pub(crate) fn certificate_of(&self, key: &SigningKey) -> Option<Vec<u8>> {
        self.authority.as_ref()?.certify(&self.settings.bank_name, &key.pkcs8())
    }
}
