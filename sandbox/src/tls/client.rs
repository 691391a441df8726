//! Clients' certificates: everybody may show one, and whether our authority vouches for it is told apart from that.
//!
//! A handshake proves that the client holds the key, no more: which certificates a client may use is its registration's to
//! say, and a bank that refuses one does so in OAuth's words.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio_rustls::rustls::client::danger::HandshakeSignatureValid;
use tokio_rustls::rustls::crypto::{
    CryptoProvider, WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature,
};
use tokio_rustls::rustls::pki_types::{CertificateDer, UnixTime};
use tokio_rustls::rustls::server::WebPkiClientVerifier;
use tokio_rustls::rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use tokio_rustls::rustls::{
    CertificateError, DigitallySignedStruct, DistinguishedName, Error, RootCertStore, SignatureScheme,
};

use crate::certificate::{PeerCertificate, Standing};
use crate::clock;

/// Takes every certificate whose key the client holds.
#[derive(Debug)]
pub(super) struct Anybody {
    algorithms: WebPkiSupportedAlgorithms,
}

/// Tells whom our authority vouches for.
#[derive(Debug)]
pub(super) struct Vouching {
    verifier: Arc<dyn ClientCertVerifier>,
}

impl Anybody {
    pub(super) fn new(provider: &CryptoProvider) -> Anybody {
        Anybody { algorithms: provider.signature_verification_algorithms }
    }
}

impl ClientCertVerifier for Anybody {
    fn client_auth_mandatory(&self) -> bool {
        false
    }

    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        // A list would keep clients from showing a certificate of another authority.
        &[]
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        match PeerCertificate::read(vec![end_entity.to_vec()], Standing::Unknown) {
            Ok(_) => Ok(ClientCertVerified::assertion()),
            Err(_) => Err(CertificateError::BadEncoding.into()),
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signed, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signed, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}

impl Vouching {
    /// For certificates of this authority.
    pub(super) fn new(root: &CertificateDer<'_>, provider: &Arc<CryptoProvider>) -> Option<Vouching> {
        let mut roots = RootCertStore::empty();
        roots.add(root.clone().into_owned()).ok()?;
        let builder = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(provider));
        Some(Vouching { verifier: builder.build().ok()? })
    }

    /// What a client showed, with who vouches for it.
    pub(super) fn judge(&self, shown: &[CertificateDer<'_>]) -> Option<PeerCertificate> {
        let chain = || shown.iter().map(|certificate| certificate.to_vec()).collect();
        let peer = PeerCertificate::read(chain(), Standing::Unknown).ok()?;
        let (own, rest) = shown.split_first()?;
        // Whether it is in force is another question: a certificate that has expired is still one of ours.
        let when = peer.moment_in_force(clock::wall());
        let vouched = self.verifier.verify_client_cert(own, rest, unix(when)).is_ok();
        if vouched { PeerCertificate::read(chain(), Standing::Vouched).ok() } else { Some(peer) }
    }
}

fn unix(at: Timestamp) -> UnixTime {
    UnixTime::since_unix_epoch(Duration::from_secs(u64::try_from(at.as_second()).unwrap_or(0)))
}
