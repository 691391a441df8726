//! The certificate a client showed in its TLS handshake.

use std::fmt;
use std::net::IpAddr;

use aws_lc_rs::digest;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jiff::Timestamp;
use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk};

use super::der::{self, Parts};
use super::distinguished_name::DistinguishedName;
use super::name::CertificateName;
use super::psd2::{self, Psd2Role};

/// A client's certificate. That the client holds its key was proved in the handshake; who vouches for it is
/// [`Standing`]'s to say.
#[derive(Clone, PartialEq, Eq)]
pub struct PeerCertificate {
    /// DER, the client's own first.
    chain: Vec<Vec<u8>>,
    standing: Standing,
    subject: DistinguishedName,
    issuer: DistinguishedName,
    names: Vec<der::GeneralName>,
    roles: Vec<Psd2Role>,
    public_key: Vec<u8>,
    not_before: Timestamp,
    not_after: Timestamp,
}

/// How far a certificate is to be believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// The sandbox's authority vouches for it.
    Vouched,
    /// Nobody we know does: it is self-signed, or of another authority.
    Unknown,
}

/// Bytes that are no certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the certificate cannot be read: it is not X.509 in DER")]
pub struct UnreadableCertificate;

const SUBJECT_ALTERNATIVE_NAME: &str = "2.5.29.17";
const QC_STATEMENTS: &str = "1.3.6.1.5.5.7.1.3";
/// Tags of general names (RFC 5280 4.2.1.6).
const EMAIL: u64 = 1;
const DNS: u64 = 2;
const URI: u64 = 6;
const ADDRESS: u64 = 7;

impl PeerCertificate {
    /// Reads what a client showed: DER, its own certificate first.
    ///
    /// # Errors
    /// There is none, or the first is not one.
    pub fn read(chain: Vec<Vec<u8>>, standing: Standing) -> Result<PeerCertificate, UnreadableCertificate> {
        let own = chain.first().ok_or(UnreadableCertificate)?;
        let Parts { issuer, subject, not_before, not_after, public_key, extensions } =
            der::certificate(own).map_err(|_| UnreadableCertificate)?;
        let content = |kind: &str| extensions.iter().find(|row| row.0 == kind).map(|row| row.1.as_slice());
        let names = content(SUBJECT_ALTERNATIVE_NAME).map_or(Ok(Vec::new()), der::general_names);
        Ok(PeerCertificate {
            names: names.map_err(|_| UnreadableCertificate)?,
            roles: content(QC_STATEMENTS).map(psd2::roles).unwrap_or_default(),
            subject: DistinguishedName::of_der(subject),
            issuer: DistinguishedName::of_der(issuer),
            chain,
            standing,
            public_key,
            not_before,
            not_after,
        })
    }

    /// Its DER.
    pub fn der(&self) -> &[u8] {
        self.chain.first().map_or(&[], Vec::as_slice)
    }

    /// Everything the client sent: its own certificate first, DER each.
    pub fn chain(&self) -> &[Vec<u8>] {
        &self.chain
    }

    /// Who vouches for it.
    pub fn standing(&self) -> Standing {
        self.standing
    }

    /// `true` if the sandbox's authority vouches for it and it is in force: what `tls_client_auth` needs (RFC 8705 2.1).
    pub fn is_trusted(&self, now: Timestamp) -> bool {
        self.standing == Standing::Vouched && self.is_in_force(now)
    }

    /// `true` between its first and its last moment. Certificates live by the machine's time, whatever a world's clock says.
    pub fn is_in_force(&self, now: Timestamp) -> bool {
        (self.not_before..=self.not_after).contains(&now)
    }

    /// The moment nearest to this one at which it is in force.
    pub(crate) fn moment_in_force(&self, now: Timestamp) -> Timestamp {
        now.max(self.not_before).min(self.not_after)
    }

    /// Whom it is of.
    pub fn subject(&self) -> &DistinguishedName {
        &self.subject
    }

    /// Who made it, by its own account.
    pub fn issuer(&self) -> &DistinguishedName {
        &self.issuer
    }

    /// Registration number of the organisation (`PSDGB-FCA-123456`), from `organizationIdentifier` of the subject.
    pub fn organisation_id(&self) -> Option<&str> {
        self.subject.value("organizationIdentifier")
    }

    /// Roles its PSD2 statement grants (ETSI TS 119 495).
    pub fn roles(&self) -> &[Psd2Role] {
        &self.roles
    }

    /// DNS names, URIs, IP addresses and mail addresses it is for besides, as `DNS:client.example`.
    pub fn alternative_names(&self) -> Vec<String> {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let shown = |(tag, value): &der::GeneralName| match *tag {
            EMAIL => Some(format!("email:{}", text(value))),
            DNS => Some(format!("DNS:{}", text(value))),
            URI => Some(format!("URI:{}", text(value))),
            ADDRESS => address(value).map(|address| format!("IP:{address}")),
            _ => None,
        };
        self.names.iter().filter_map(shown).collect()
    }

    /// SHA-256 of its DER in base64url: `cnf.x5t#S256` of tokens bound to it (RFC 8705 3.1).
    pub fn thumbprint(&self) -> String {
        URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, self.der()))
    }

    /// `true` if it says this (RFC 8705 2.1.2). Host names and the hosts of mail addresses have no case; a wildcard is
    /// nobody's name.
    pub fn is_of(&self, name: &CertificateName) -> bool {
        let any = |wanted: u64, same: &dyn Fn(&[u8]) -> bool| {
            self.names.iter().any(|(tag, value)| *tag == wanted && same(value))
        };
        match name {
            CertificateName::Subject(subject) => !subject.is_empty() && self.subject == *subject,
            CertificateName::Dns(host) => any(DNS, &|value| value.eq_ignore_ascii_case(host.as_bytes())),
            CertificateName::Uri(uri) => any(URI, &|value| value == uri.as_bytes()),
            CertificateName::Address(wanted) => any(ADDRESS, &|value| address(value) == Some(*wanted)),
            CertificateName::Email(wanted) => any(EMAIL, &|value| same_email(value, wanted)),
        }
    }

    /// `true` if one of these registered keys is this certificate's: by `x5c`, by `x5t#S256`, or as the same public key
    /// (RFC 8705 2.2).
    pub fn is_registered(&self, keys: &[Jwk]) -> bool {
        keys.iter().any(|key| {
            let by_chain = key.common.x509_chain.as_ref().and_then(|chain| chain.first());
            if let Some(own) = by_chain {
                return STANDARD.decode(own).is_ok_and(|own| own == self.der());
            }
            match &key.common.x509_sha256_fingerprint {
                Some(thumbprint) => *thumbprint == self.thumbprint(),
                None => self.has_key(key),
            }
        })
    }

    /// `true` if its public key is this one.
    pub fn has_key(&self, key: &Jwk) -> bool {
        let Ok((kind, own)) = der::public_key(&self.public_key) else { return false };
        let decoded = |text: &str| URL_SAFE_NO_PAD.decode(text).ok();
        let point = |x: &str, y: &str| Some([&[4][..], &decoded(x)?, &decoded(y)?].concat());
        match &key.algorithm {
            AlgorithmParameters::EllipticCurve(ec) => kind == der::EC && point(&ec.x, &ec.y) == Some(own),
            AlgorithmParameters::RSA(rsa) => {
                kind == der::RSA && der::rsa_key(&own).ok() == decoded(&rsa.n).zip(decoded(&rsa.e))
            }
            AlgorithmParameters::OctetKeyPair(pair) => {
                kind == der::ED25519 && pair.curve == EllipticCurve::Ed25519 && decoded(&pair.x) == Some(own)
            }
            _ => false,
        }
    }
}

fn address(bytes: &[u8]) -> Option<IpAddr> {
    match bytes.len() {
        4 => <[u8; 4]>::try_from(bytes).ok().map(IpAddr::from),
        16 => <[u8; 16]>::try_from(bytes).ok().map(IpAddr::from),
        _ => None,
    }
}

fn same_email(value: &[u8], wanted: &str) -> bool {
    let parts = |text: &str| text.rsplit_once('@').map(|(name, host)| (name.to_owned(), host.to_ascii_lowercase()));
    std::str::from_utf8(value).ok().and_then(parts).is_some_and(|own| Some(own) == parts(wanted))
}

impl fmt::Debug for PeerCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("PeerCertificate");
        shown.field("subject", &self.subject.to_string()).field("standing", &self.standing).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rcgen::{CertificateParams, DnType, KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_ED25519, PublicKeyData, SanType};
    use serde_json::json;

    use super::*;

    fn made() -> (CertificateParams, KeyPair) {
        let mut params = CertificateParams::new(["Client.example".to_owned(), "192.0.2.7".to_owned()]).unwrap();
        params.distinguished_name = rcgen::DistinguishedName::new();
        params.distinguished_name.push(DnType::CountryName, "GB");
        params.distinguished_name.push(DnType::CustomDnType(vec![2, 5, 4, 97]), "PSDGB-SCA-1");
        params.distinguished_name.push(DnType::CommonName, "demo");
        params.subject_alt_names.push(SanType::URI("urn:demo".try_into().unwrap()));
        params.subject_alt_names.push(SanType::Rfc822Name("me@Client.example".try_into().unwrap()));
        (params, KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap())
    }

    fn read(params: &CertificateParams, key: &KeyPair) -> PeerCertificate {
        let der = params.self_signed(key).unwrap().der().to_vec();
        PeerCertificate::read(vec![der], Standing::Unknown).unwrap()
    }

    #[test]
    fn what_a_certificate_says_is_read() {
        let (params, key) = made();
        let peer = read(&params, &key);
        assert_eq!(peer.subject().to_string(), "CN=demo,organizationIdentifier=PSDGB-SCA-1,C=GB");
        assert_eq!(peer.issuer(), peer.subject());
        assert_eq!(peer.organisation_id(), Some("PSDGB-SCA-1"));
        assert_eq!(
            peer.alternative_names(),
            ["DNS:Client.example", "IP:192.0.2.7", "URI:urn:demo", "email:me@Client.example"]
        );
        let of = |member, value| peer.is_of(&CertificateName::read(member, value).unwrap());
        for (member, right, wrong) in [
            ("tls_client_auth_subject_dn", "cn=DEMO,2.5.4.97=PSDGB-SCA-1,c=GB", "CN=demo,C=GB"),
            ("tls_client_auth_san_dns", "client.EXAMPLE", "other.example"),
            ("tls_client_auth_san_ip", "192.0.2.7", "192.0.2.8"),
            ("tls_client_auth_san_uri", "urn:demo", "urn:Demo"),
            ("tls_client_auth_san_email", "me@client.EXAMPLE", "Me@client.example"),
        ] {
            assert!(of(member, right) && !of(member, wrong), "{member}");
        }
        // A name in one place is not a name in another.
        assert!(!of("tls_client_auth_san_dns", "demo"));
    }

    #[test]
    fn times_bound_what_it_is_good_for() {
        let (mut params, key) = made();
        (params.not_before, params.not_after) = (rcgen::date_time_ymd(2020, 1, 1), rcgen::date_time_ymd(2051, 1, 1));
        let der = params.self_signed(&key).unwrap().der().to_vec();
        let peer = PeerCertificate::read(vec![der], Standing::Vouched).unwrap();
        let trusted = |at: &str| peer.is_trusted(at.parse().unwrap());
        assert!(trusted("2020-01-01T00:00:00Z") && trusted("2051-01-01T00:00:00Z"));
        assert!(!trusted("2019-12-31T23:59:59Z") && !trusted("2051-01-01T00:00:01Z"));
        assert!(!read(&params, &key).is_trusted("2026-01-01T00:00:00Z".parse().unwrap()), "nobody vouches for it");
    }

    #[test]
    fn a_registered_key_is_found_by_chain_thumbprint_or_value() {
        let (params, key) = made();
        let peer = read(&params, &key);
        let (x, y) = key.der_bytes()[1..].split_at(32);
        let (x, y) = (URL_SAFE_NO_PAD.encode(x), URL_SAFE_NO_PAD.encode(y));
        let jwk = |more: serde_json::Value| {
            let mut jwk = json!({"kty": "EC", "crv": "P-256", "x": x, "y": y});
            jwk.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            [serde_json::from_value::<Jwk>(jwk).unwrap()]
        };
        assert!(peer.is_registered(&jwk(json!({}))));
        assert!(peer.is_registered(&jwk(json!({"x5t#S256": peer.thumbprint()}))));
        assert!(peer.is_registered(&jwk(json!({"x5c": [STANDARD.encode(peer.der())]}))));
        assert!(!peer.is_registered(&jwk(json!({"x": y}))));
        // A certificate that is named must be the one, whatever the key.
        assert!(!peer.is_registered(&jwk(json!({"x5t#S256": "other"}))));
        assert!(!peer.is_registered(&jwk(json!({"x5c": ["AAAA"]}))));
        let edwards = KeyPair::generate_for(&PKCS_ED25519).unwrap();
        let own = json!({"kty": "OKP", "crv": "Ed25519", "x": URL_SAFE_NO_PAD.encode(edwards.der_bytes())});
        let own = [serde_json::from_value::<Jwk>(own).unwrap()];
        assert!(read(&params, &edwards).is_registered(&own) && !peer.is_registered(&own));
    }

    proptest! {
        #[test]
        fn damaged_certificates_are_read_or_refused(at in 0usize..400, with in any::<u8>(), cut in 0usize..600) {
            let mut der = made().0.self_signed(&made().1).unwrap().der().to_vec();
            let place = at.min(der.len() - 1);
            der[place] = with;
            der.truncate(cut.max(1));
            let _ = PeerCertificate::read(vec![der], Standing::Unknown);
        }

        #[test]
        fn any_bytes_are_a_certificate_or_not(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            prop_assert_eq!(PeerCertificate::read(vec![bytes], Standing::Unknown), Err(UnreadableCertificate));
        }
    }
}
