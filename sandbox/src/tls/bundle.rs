//! What a client needs to be somebody: a certificate for transport and one for signing, each with its key.
//!
//! Owns what such certificates look like: the subject of a qualified certificate, with the organisation's registration
//! number and its PSD2 roles (ETSI TS 119 495).

use rcgen::{
    CertificateParams, CustomExtension, DistinguishedName, DnType, ExtendedKeyUsagePurpose, KeyPair, KeyUsagePurpose,
    PKCS_ECDSA_P256_SHA256, PKCS_RSA_SHA256, PublicKeyData, RsaKeySize, SanType,
};
use serde_json::{Map, Value, json};
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::pem::PemObject;

use super::authority::Authority;
use super::certificate::hold;
use crate::certificate::{PeerCertificate, Psd2Role, QC_STATEMENTS, QcType, Standing, jwk, pkcs12, statements};

/// What to make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BundleOrder {
    /// Whom it is for: the common name.
    pub name: String,
    /// The organisation's name.
    pub organisation: String,
    /// Its registration number, as `PSDGB-SCA-100001` (ETSI TS 119 495 5.2.1).
    pub organisation_id: String,
    /// ISO 3166-1 alpha-2 code of its country.
    pub country: String,
    /// What it may do; without any there is no PSD2 statement.
    pub roles: Vec<Psd2Role>,
    /// Kind of the keys.
    pub kind: KeyKind,
    /// When it holds.
    pub validity: Validity,
    /// Who signs it.
    pub signer: Signer,
    /// Other names it is for.
    pub alternative_names: Vec<AlternativeName>,
}

/// Kind of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyKind {
    /// P-256: signs ES256.
    Ec,
    /// RSA of 2048 bits: signs PS256.
    Rsa,
}

/// Every kind of key with its name.
pub const KEY_KINDS: &[(KeyKind, &str)] = &[(KeyKind::Ec, "ec"), (KeyKind::Rsa, "rsa")];

/// When a certificate holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Validity {
    /// Now, and for a year.
    Good,
    /// Until yesterday.
    Expired,
    /// From the day after tomorrow.
    NotYetValid,
}

/// Every validity with its name.
pub const VALIDITIES: &[(Validity, &str)] =
    &[(Validity::Good, "good"), (Validity::Expired, "expired"), (Validity::NotYetValid, "not-yet-valid")];

/// Who signs a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signer {
    /// The sandbox's authority.
    Authority,
    /// The key in it.
    Itself,
    /// An authority nobody was told of.
    Stranger,
}

/// Every signer with its name.
pub const SIGNERS: &[(Signer, &str)] =
    &[(Signer::Authority, "authority"), (Signer::Itself, "self"), (Signer::Stranger, "unknown-ca")];

/// A name besides the subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AlternativeName {
    /// A host name.
    Dns(String),
    /// A URI.
    Uri(String),
    /// An IP address.
    Address(std::net::IpAddr),
    /// A mail address.
    Email(String),
}

/// A certificate with its key.
#[derive(Debug)]
pub struct Credential {
    certificate: Vec<u8>,
    key: KeyPair,
}

/// What a client needs.
#[derive(Debug)]
pub struct Bundle {
    /// For TLS.
    pub transport: Credential,
    /// For assertions, request objects and messages.
    pub signing: Credential,
    /// The certificate of the sandbox's authority, PEM.
    pub ca_pem: String,
}

/// The bundle could not be made.
#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    /// A name that no certificate can carry.
    #[error("{what} `{value}` cannot stand in a certificate: {legal}")]
    Name {
        /// Which name.
        what: &'static str,
        /// What was asked for.
        value: String,
        /// What would be legal.
        legal: &'static str,
    },
    /// Keys cannot be made.
    #[error("a certificate cannot be made")]
    Certificate(#[from] rcgen::Error),
}

/// A certificate of a client holds as long as one of a server.
const DAYS: i64 = 365;
/// Who grants roles in the sandbox: no authority of any country.
const COMPETENT_AUTHORITY: (&str, &str) = ("Sandbox Conduct Authority", "GB-SCA");

impl Default for BundleOrder {
    /// The demo client that authenticates with its certificate.
    fn default() -> BundleOrder {
        BundleOrder {
            name: "demo-mtls".to_owned(),
            organisation: "Demo App Limited".to_owned(),
            organisation_id: "PSDGB-SCA-100001".to_owned(),
            country: "GB".to_owned(),
            roles: vec![Psd2Role::Aisp, Psd2Role::Pisp],
            kind: KeyKind::Ec,
            validity: Validity::Good,
            signer: Signer::Authority,
            alternative_names: Vec::new(),
        }
    }
}

impl BundleOrder {
    /// Makes it.
    pub(super) fn make(&self, authority: &Authority, rogue: &Authority) -> Result<Bundle, BundleError> {
        let transport = self.credential(QcType::Website, authority, rogue)?;
        let signing = self.credential(QcType::Seal, authority, rogue)?;
        Ok(Bundle { transport, signing, ca_pem: authority.pem().to_owned() })
    }

    fn credential(&self, kind: QcType, authority: &Authority, rogue: &Authority) -> Result<Credential, BundleError> {
        let key = match self.kind {
            KeyKind::Ec => KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?,
            KeyKind::Rsa => KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048)?,
        };
        let params = self.params(kind)?;
        let certificate = match self.signer {
            Signer::Authority => params.signed_by(&key, authority.issuer())?,
            Signer::Stranger => params.signed_by(&key, rogue.issuer())?,
            Signer::Itself => params.self_signed(&key)?,
        };
        Ok(Credential { certificate: certificate.der().to_vec(), key })
    }

    fn params(&self, kind: QcType) -> Result<CertificateParams, BundleError> {
        let mut params = CertificateParams::default();
        params.distinguished_name = self.subject()?;
        params.use_authority_key_identifier_extension = self.signer != Signer::Itself;
        match kind {
            QcType::Website => {
                params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
                params.extended_key_usages =
                    vec![ExtendedKeyUsagePurpose::ClientAuth, ExtendedKeyUsagePurpose::ServerAuth];
                for name in &self.alternative_names {
                    params.subject_alt_names.push(name.written()?);
                }
            }
            QcType::Seal => {
                params.key_usages = vec![KeyUsagePurpose::DigitalSignature, KeyUsagePurpose::ContentCommitment];
            }
        }
        if !self.roles.is_empty() {
            let content = statements(kind, &self.roles, COMPETENT_AUTHORITY);
            params.custom_extensions.push(CustomExtension::from_oid_content(QC_STATEMENTS, content));
        }
        let (from, to) = match self.validity {
            Validity::Good => (-2, DAYS),
            Validity::Expired => (-DAYS, -1),
            Validity::NotYetValid => (2, DAYS),
        };
        hold(&mut params, from, to);
        Ok(params)
    }

    fn subject(&self) -> Result<DistinguishedName, BundleError> {
        let checked = |what, value: &str, longest: usize, legal| {
            let fits = (1..=longest).contains(&value.chars().count()) && !value.chars().any(char::is_control);
            let error = || BundleError::Name { what, value: value.chars().take(100).collect(), legal };
            fits.then(|| value.to_owned()).ok_or_else(error)
        };
        let country = &self.country;
        if country.len() != 2 || !country.bytes().all(|byte| byte.is_ascii_uppercase()) {
            let (value, legal) = (country.chars().take(100).collect(), "two capital letters, such as GB");
            return Err(BundleError::Name { what: "country", value, legal });
        }
        const LEGAL: &str = "1 to 64 characters, none of them control characters";
        let mut name = DistinguishedName::new();
        let country = rcgen::string::PrintableString::try_from(country.as_str())?;
        name.push(DnType::CountryName, rcgen::DnValue::PrintableString(country));
        name.push(DnType::OrganizationName, checked("organisation", &self.organisation, 64, LEGAL)?);
        let id = checked("organisation-id", &self.organisation_id, 64, LEGAL)?;
        name.push(DnType::CustomDnType(vec![2, 5, 4, 97]), id);
        name.push(DnType::CommonName, checked("name", &self.name, 64, LEGAL)?);
        Ok(name)
    }
}

impl Bundle {
    /// A JWK set with both public keys, for registration: assertions are verified with the one, a self-signed certificate is
    /// known by the other.
    pub fn jwks(&self) -> Value {
        json!({ "keys": [self.signing.public(), self.transport.public()] })
    }
}

impl AlternativeName {
    fn written(&self) -> Result<SanType, BundleError> {
        let text = |what, value: &String| {
            let legal = "visible ASCII characters";
            let visible = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_graphic());
            let written = rcgen::string::Ia5String::try_from(value.as_str()).ok().filter(|_| visible);
            written.ok_or_else(|| BundleError::Name { what, value: value.chars().take(100).collect(), legal })
        };
        Ok(match self {
            AlternativeName::Dns(host) => SanType::DnsName(text("san-dns", host)?),
            AlternativeName::Uri(uri) => SanType::URI(text("san-uri", uri)?),
            AlternativeName::Email(address) => SanType::Rfc822Name(text("san-email", address)?),
            AlternativeName::Address(address) => SanType::IpAddress(*address),
        })
    }
}

impl Credential {
    pub(super) fn new(certificate: Vec<u8>, key: KeyPair) -> Credential {
        Credential { certificate, key }
    }

    /// The certificate, PEM.
    pub fn certificate_pem(&self) -> String {
        pem("CERTIFICATE", &self.certificate)
    }

    /// The private key, PKCS#8 in PEM.
    pub fn key_pem(&self) -> String {
        self.key.serialize_pem()
    }

    /// What the certificate says.
    pub fn described(&self) -> PeerCertificate {
        PeerCertificate::read(vec![self.certificate.clone()], Standing::Unknown).expect("it was just made")
    }

    /// Both in a PKCS#12 file, with the authority's certificate.
    pub fn pkcs12(&self, name: &str, ca_pem: &str, password: &str) -> Vec<u8> {
        let ca = CertificateDer::from_pem_slice(ca_pem.as_bytes()).ok();
        let chain: Vec<&[u8]> = std::iter::once(self.certificate.as_slice()).chain(ca.as_deref()).collect();
        pkcs12::write(&pkcs12::Contents { name, key: self.key.serialized_der(), chain: &chain }, password)
    }

    /// A JWK set with the private key too, for the client itself.
    pub fn private_jwks(&self) -> Value {
        json!({ "keys": [jwk::private(self.key.serialized_der(), &self.public())] })
    }

    fn public(&self) -> Map<String, Value> {
        let made = jwk::public(&self.key.subject_public_key_info(), Some(&self.certificate));
        made.expect("keys of bundles are P-256 or RSA")
    }
}

fn pem(label: &str, der: &[u8]) -> String {
    use base64::Engine;
    let text = base64::engine::general_purpose::STANDARD.encode(der);
    let lines: Vec<&str> = text.as_bytes().chunks(64).filter_map(|line| std::str::from_utf8(line).ok()).collect();
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n"))
}
