//! TLS in front of bank traffic: our own certificate authority, certificates on demand, and handshakes that go wrong when a
//! scenario says so.
//!
//! Owns keys, certificates and the handshake. Nothing of it is in the repository, so nothing of it expires there. Knows no
//! HTTP, no bank and no rule; times are the machine's, because clients check certificates by theirs.

mod authority;
mod bundle;
mod certificate;
mod client;
mod handshake;
mod staple;

use std::collections::HashMap;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use parking_lot::Mutex;
use rcgen::{KeyPair, PKCS_RSA_SHA256, RsaKeySize};
use tokio_rustls::rustls;
use tokio_rustls::rustls::crypto::CryptoProvider;
use tokio_rustls::rustls::crypto::aws_lc_rs::cipher_suite;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::version::{TLS12, TLS13};
use tokio_rustls::rustls::{ServerConfig, SupportedCipherSuite};

use self::authority::Authority;
use self::client::{Anybody, Vouching};
use crate::certificate::{Certifies, PeerCertificate};
use crate::fault::TlsFlaw;

pub use authority::AuthorityError;
pub use bundle::{
    AlternativeName, Bundle, BundleError, BundleOrder, Credential, KEY_KINDS, KeyKind, SIGNERS, Signer, VALIDITIES,
    Validity,
};
pub(crate) use handshake::{greet, shake_hands, stop};

/// Most configurations kept; clients choose host names, so that they must not fill the memory.
const MOST_KEPT: usize = 1000;
/// A name that is never the one a client asked for.
const SOMEBODY_ELSE: &str = "somebody-else.invalid";
/// What FAPI 1 permits at TLS 1.2, less the suites with finite-field Diffie-Hellman that no modern stack has.
const FAPI1_SUITES: &[SupportedCipherSuite] =
    &[cipher_suite::TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384, cipher_suite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256];
/// A protocol no client offers.
const NO_PROTOCOL: &[u8] = b"sandbox/none";

/// What the TLS listener needs.
pub(crate) struct Tls {
    authority: Authority,
    /// An authority that nobody was told of.
    rogue: Authority,
    provider: Arc<CryptoProvider>,
    /// Offers what FAPI 1 leaves of TLS 1.2.
    fapi1: Arc<CryptoProvider>,
    vouching: Vouching,
    suites: Suites,
    /// The RSA key of server certificates as PKCS#8, made when first needed: that takes a while.
    rsa_key: OnceLock<Vec<u8>>,
    /// By names, manner and flaw.
    kept: Mutex<HashMap<Wanted, Arc<ServerConfig>>>,
    /// Certificates of keys that sign, by the key.
    certified: Mutex<HashMap<Vec<u8>, Vec<u8>>>,
}

/// Names a certificate is for, how the handshake goes, and what is wrong with either.
type Wanted = (Vec<String>, Manner, Option<TlsFlaw>);

/// How a handshake goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Manner {
    pub(crate) clients: Clients,
    pub(crate) suites: Suites,
}

/// Whether clients are asked for a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Clients {
    /// No.
    Unasked,
    /// Yes; they may have none.
    Asked,
}

/// What is offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Suites {
    /// TLS 1.3, and 1.2 with every suite of BCP 195: ECDHE with AES-GCM or ChaCha20. The certificate's key is P-256.
    Modern,
    /// TLS 1.3, and 1.2 with the two suites of FAPI 1 that a modern server has (part 2, 8.5): ECDHE-RSA with AES-GCM. The
    /// certificate's key is RSA.
    Fapi1,
}

/// Every choice of suites with its name.
pub const SUITES: &[(Suites, &str)] = &[(Suites::Modern, "modern"), (Suites::Fapi1, "fapi1")];

/// A certificate or configuration that could not be made.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConfigError {
    /// The certificate.
    #[error("a certificate cannot be made")]
    Certificate(#[from] rcgen::Error),
    /// What rustls makes of it.
    #[error("a TLS configuration cannot be made")]
    Configuration(#[from] rustls::Error),
}

impl std::fmt::Debug for Tls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tls").field("suites", &self.suites).finish_non_exhaustive()
    }
}

impl Tls {
    /// With an authority kept in a folder, where it is made if it is not there yet; else with one of its own.
    ///
    /// # Errors
    /// The folder cannot be read or written, or holds something else.
    pub(crate) fn new(folder: Option<&Path>, suites: Suites) -> Result<Tls, AuthorityError> {
        let authority = match folder {
            Some(folder) => Authority::kept(folder)?,
            None => Authority::new()?,
        };
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let mut fapi1 = rustls::crypto::aws_lc_rs::default_provider();
        fapi1.cipher_suites.retain(|suite| suite.tls13().is_some() || FAPI1_SUITES.contains(suite));
        let root = CertificateDer::from_pem_slice(authority.pem().as_bytes()).expect("the authority was read or made");
        let vouching = Vouching::new(&root, &provider).expect("the authority's certificate is one");
        Ok(Tls {
            authority,
            rogue: Authority::rogue()?,
            provider,
            fapi1: Arc::new(fapi1),
            vouching,
            suites,
            rsa_key: OnceLock::new(),
            kept: Mutex::default(),
            certified: Mutex::default(),
        })
    }

    /// The authority's certificate.
    pub(crate) fn ca_pem(&self) -> &str {
        self.authority.pem()
    }

    /// The file it is kept in.
    pub(crate) fn ca_file(&self) -> Option<PathBuf> {
        self.authority.file().map(Path::to_owned)
    }

    /// What is offered to clients of no bank in particular.
    pub(crate) fn suites(&self) -> Suites {
        self.suites
    }

    /// What a client showed, with who vouches for it.
    pub(crate) fn judge(&self, shown: &[CertificateDer<'_>]) -> Option<PeerCertificate> {
        self.vouching.judge(shown)
    }

    /// What a client needs to be somebody.
    ///
    /// # Errors
    /// A name that no certificate can carry, or keys cannot be made.
    pub(crate) fn bundle(&self, order: &BundleOrder) -> Result<Bundle, BundleError> {
        order.make(&self.authority, &self.rogue)
    }

    /// A certificate for a server with these names, for whoever wants to serve with it.
    ///
    /// # Errors
    /// Keys cannot be made, or a name cannot stand in a certificate.
    pub(crate) fn server(&self, names: &[String], kind: KeyKind) -> Result<Credential, BundleError> {
        let key = match kind {
            KeyKind::Ec => KeyPair::generate()?,
            KeyKind::Rsa => self.rsa_key()?,
        };
        let made = certificate::mint(&self.authority, &self.rogue, names, &key, None)?;
        Ok(Credential::new(made.chain.first().map(|own| own.to_vec()).unwrap_or_default(), key))
    }

    /// How to talk to a client that asked for `host`, or for nobody by name, at an address of ours.
    fn config(
        &self,
        host: Option<&str>,
        address: IpAddr,
        manner: Manner,
        flaw: Option<TlsFlaw>,
    ) -> Result<Arc<ServerConfig>, ConfigError> {
        let mut names = vec!["localhost".to_owned(), address.to_string()];
        names.extend(host.map(str::to_ascii_lowercase));
        names.sort_unstable();
        names.dedup();
        let key = (names, manner, flaw);
        if let Some(config) = self.kept.lock().get(&key) {
            return Ok(Arc::clone(config));
        }
        // Not under the lock: making a key takes a while. Two connections that make the same one do no harm.
        let config = Arc::new(self.make(&key.0, manner, flaw)?);
        let mut kept = self.kept.lock();
        if kept.len() >= MOST_KEPT {
            kept.clear();
        }
        kept.insert(key, Arc::clone(&config));
        Ok(config)
    }

    fn make(&self, names: &[String], manner: Manner, flaw: Option<TlsFlaw>) -> Result<ServerConfig, ConfigError> {
        let key = match manner.suites {
            Suites::Modern => KeyPair::generate()?,
            Suites::Fapi1 => self.rsa_key()?,
        };
        let certified = certificate::mint(&self.authority, &self.rogue, names, &key, flaw)?;
        let provider = match manner.suites {
            Suites::Modern => &self.provider,
            Suites::Fapi1 => &self.fapi1,
        };
        let versions = match flaw {
            Some(TlsFlaw::Only12) => vec![&TLS12],
            Some(TlsFlaw::Only13) => vec![&TLS13],
            _ => vec![&TLS13, &TLS12],
        };
        let config = ServerConfig::builder_with_provider(Arc::clone(provider)).with_protocol_versions(&versions)?;
        let config = match manner.clients {
            Clients::Unasked => config.with_no_client_auth(),
            Clients::Asked => config.with_client_cert_verifier(Arc::new(Anybody::new(provider))),
        };
        // A client that did not ask for a staple is not sent one; nothing is stapled where it is empty.
        let mut config = config.with_single_cert_with_ocsp(certified.chain, certified.key, certified.staple)?;
        config.alpn_protocols = match flaw {
            Some(TlsFlaw::NoAlpn) => vec![NO_PROTOCOL.to_vec()],
            Some(TlsFlaw::AlpnIgnored) => Vec::new(),
            _ => vec![b"h2".to_vec(), b"http/1.1".to_vec()],
        };
        Ok(config)
    }

    fn rsa_key(&self) -> Result<KeyPair, rcgen::Error> {
        if let Some(kept) = self.rsa_key.get() {
            return KeyPair::try_from(kept.as_slice());
        }
        let made = KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048)?;
        let kept = self.rsa_key.get_or_init(|| made.serialize_der());
        KeyPair::try_from(kept.as_slice())
    }
}

impl Certifies for Tls {
    fn certify(&self, name: &str, pkcs8: &[u8]) -> Option<Vec<u8>> {
        if let Some(made) = self.certified.lock().get(pkcs8) {
            return Some(made.clone());
        }
        let made = certificate::of_signing_key(&self.authority, name, pkcs8).ok()?;
        let mut certified = self.certified.lock();
        if certified.len() >= MOST_KEPT {
            certified.clear();
        }
        // Whoever was faster has told somebody.
        Some(certified.entry(pkcs8.to_vec()).or_insert(made).clone())
    }
}
