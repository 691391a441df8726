//! A client that authenticates by certificate says by which one name the bank knows it.

use crate::auth::client::AuthMethod;
use crate::auth::endpoint::register::{RegisterStage, Registering, bad_metadata};
use crate::auth::error::{ErrorCode, OAuthError};
use crate::auth::step::{Kind, Step};
use crate::certificate::{CERTIFICATE_NAMES, CertificateName};

pub(crate) const STEP: Step<RegisterStage> = Step {
    slug: "certificate-name",
    kind: Kind::Reads,
    source: "RFC 8705 2.1.2",
    errors: &[ErrorCode::InvalidClientMetadata],
    run,
};

fn run(registering: &mut Registering<'_>) -> Result<(), OAuthError> {
    let mut names = Vec::new();
    for member in CERTIFICATE_NAMES {
        if let Some(value) = registering.text(member)? {
            names.push(CertificateName::read(member, value).map_err(|why| bad_metadata(why.to_string()))?);
        }
    }
    let by_name = registering.auth_method == AuthMethod::TlsClientAuth;
    match (by_name, names.len()) {
        (true, 1) => registering.certificate = names.pop(),
        (false, 0) => {}
        (true, _) => {
            let legal = CERTIFICATE_NAMES.join(", ");
            return Err(bad_metadata(format!("tls_client_auth needs exactly one of {legal}")));
        }
        (false, _) => return Err(bad_metadata("a name of a certificate goes with tls_client_auth only")),
    }
    Ok(())
}
