//! TLS in front of bank traffic: our own certificate authority, certificates on demand, and handshakes that go wrong when a
//! scenario says so.
//!
//! Owns keys, certificates and the handshake. Nothing of it is in the repository, so nothing of it expires there. Knows no
//! HTTP, no bank and no rule; times are the machine's, because clients check certificates by theirs.

mod authority;
mod certificate;
mod handshake;

use std::collections::HashMap;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use parking_lot::Mutex;
use tokio_rustls::rustls;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::CryptoProvider;
use tokio_rustls::rustls::version::{TLS12, TLS13};

use self::authority::Authority;
use crate::fault::TlsFlaw;

pub use authority::AuthorityError;
pub(crate) use handshake::{greet, shake_hands, stop};

/// Most configurations kept; clients choose host names, so that they must not fill the memory.
const MOST_KEPT: usize = 1000;
/// A name that is never the one a client asked for.
const SOMEBODY_ELSE: &str = "somebody-else.invalid";
/// A protocol no client offers.
const NO_PROTOCOL: &[u8] = b"sandbox/none";

/// What the TLS listener needs.
pub(crate) struct Tls {
    authority: Authority,
    /// An authority that nobody was told of.
    rogue: Authority,
    provider: Arc<CryptoProvider>,
    /// By names and flaw.
    kept: Mutex<HashMap<Wanted, Arc<ServerConfig>>>,
}

/// Names a certificate is for, and what is wrong with it or with the handshake.
type Wanted = (Vec<String>, Option<TlsFlaw>);

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

impl Tls {
    /// With an authority kept in a folder, where it is made if it is not there yet; else with one of its own.
    ///
    /// # Errors
    /// The folder cannot be read or written, or holds something else.
    pub(crate) fn new(folder: Option<&Path>) -> Result<Tls, AuthorityError> {
        let authority = match folder {
            Some(folder) => Authority::kept(folder)?,
            None => Authority::new()?,
        };
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        Ok(Tls { authority, rogue: Authority::rogue()?, provider, kept: Mutex::default() })
    }

    /// The authority's certificate.
    pub(crate) fn ca_pem(&self) -> &str {
        self.authority.pem()
    }

    /// The file it is kept in.
    pub(crate) fn ca_file(&self) -> Option<PathBuf> {
        self.authority.file().map(Path::to_owned)
    }

    /// How to talk to a client that asked for `host`, or for nobody by name, at an address of ours.
    fn config(
        &self,
        host: Option<&str>,
        address: IpAddr,
        flaw: Option<TlsFlaw>,
    ) -> Result<Arc<ServerConfig>, ConfigError> {
        let mut names = vec!["localhost".to_owned(), address.to_string()];
        names.extend(host.map(str::to_ascii_lowercase));
        names.sort_unstable();
        names.dedup();
        let key = (names, flaw);
        if let Some(config) = self.kept.lock().get(&key) {
            return Ok(Arc::clone(config));
        }
        // Not under the lock: making a key takes a while. Two connections that make the same one do no harm.
        let config = Arc::new(self.make(&key.0, flaw)?);
        let mut kept = self.kept.lock();
        if kept.len() >= MOST_KEPT {
            kept.clear();
        }
        kept.insert(key, Arc::clone(&config));
        Ok(config)
    }

    fn make(&self, names: &[String], flaw: Option<TlsFlaw>) -> Result<ServerConfig, ConfigError> {
        let certified = certificate::mint(&self.authority, &self.rogue, names, flaw)?;
        let versions = match flaw {
            Some(TlsFlaw::Only12) => vec![&TLS12],
            Some(TlsFlaw::Only13) => vec![&TLS13],
            _ => vec![&TLS13, &TLS12],
        };
        let mut config = ServerConfig::builder_with_provider(Arc::clone(&self.provider))
            .with_protocol_versions(&versions)?
            .with_no_client_auth()
            .with_single_cert(certified.chain, certified.key)?;
        config.alpn_protocols = match flaw {
            Some(TlsFlaw::NoAlpn) => vec![NO_PROTOCOL.to_vec()],
            Some(TlsFlaw::AlpnIgnored) => Vec::new(),
            _ => vec![b"h2".to_vec(), b"http/1.1".to_vec()],
        };
        Ok(config)
    }
}
