//! What X.509 certificates say: names, keys, roles, and how far they are to be believed.
//!
//! Owns reading certificates that clients show and comparing them with what was registered (RFC 8705). Knows no socket, no
//! OAuth and no authority: who made a certificate is told by [`Standing`].

mod certifies;
mod der;
mod distinguished_name;
pub(crate) mod jwk;
mod name;
mod peer;
pub(crate) mod pkcs12;
mod psd2;

pub use certifies::Certifies;
pub use distinguished_name::{BadDistinguishedName, DistinguishedName};
pub use name::{BadCertificateName, CERTIFICATE_NAMES, CertificateName};
pub use peer::{PeerCertificate, Standing, UnreadableCertificate};
pub use psd2::{PSD2_ROLES, Psd2Role, UnknownPsd2Role};
pub(crate) use psd2::{QC_STATEMENTS, QcType, statements};
