//! Our certificate authority.
//!
//! Owns its key and certificate: made at start, or kept in a folder so that clients have to be told of it once.

use std::io;
use std::path::{Path, PathBuf};

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose};
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::pem::PemObject;

use super::certificate;

/// Its name, in certificates and in trust stores.
const NAME: &str = "bank-sandbox test authority";
/// The name of the one that nobody was told of.
const ROGUE_NAME: &str = "an authority nobody knows";
const CERTIFICATE_FILE: &str = "ca.pem";
const KEY_FILE: &str = "ca-key.pem";
/// How long its certificate holds.
const DAYS: i64 = 3650;

/// A certificate authority.
pub(super) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pem: String,
    file: Option<PathBuf>,
}

/// Why there is no certificate authority.
#[derive(Debug, thiserror::Error)]
pub enum AuthorityError {
    /// A file cannot be read or written.
    #[error("cannot {what} {path}")]
    File {
        /// `read` or `write`.
        what: &'static str,
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// There is one file of the two.
    #[error("{missing} is missing beside the other file of the authority; remove that one too, and both are made anew")]
    Half {
        /// The missing one.
        missing: PathBuf,
    },
    /// A file is no key or certificate.
    #[error("{path} is not what this command wrote there; remove it and {beside}, and both are made anew")]
    Foreign {
        /// The file.
        path: PathBuf,
        /// The other file of the authority.
        beside: PathBuf,
    },
    /// The system has no randomness, or worse.
    #[error("keys cannot be made")]
    Key(#[from] rcgen::Error),
}

impl Authority {
    /// A new one that is nowhere kept.
    ///
    /// # Errors
    /// Keys cannot be made.
    pub(super) fn new() -> Result<Authority, AuthorityError> {
        Authority::named(NAME)
    }

    /// One that nobody was told of.
    ///
    /// # Errors
    /// Keys cannot be made.
    pub(super) fn rogue() -> Result<Authority, AuthorityError> {
        Authority::named(ROGUE_NAME)
    }

    fn named(name: &str) -> Result<Authority, AuthorityError> {
        let key = KeyPair::generate()?;
        let params = params(name);
        let pem = params.self_signed(&key)?.pem();
        Ok(Authority { issuer: Issuer::new(params, key), pem, file: None })
    }

    /// The one kept in a folder; made there, folder included, if there is none.
    ///
    /// # Errors
    /// A file cannot be read or written, or is not ours.
    pub(super) fn kept(folder: &Path) -> Result<Authority, AuthorityError> {
        let (certificate, key) = (folder.join(CERTIFICATE_FILE), folder.join(KEY_FILE));
        let authority = match (read(&certificate)?, read(&key)?) {
            (Some(pem), Some(key_pem)) => of_files(pem, &key_pem, &certificate, &key)?,
            (None, None) => {
                let made = Authority::new()?;
                std::fs::create_dir_all(folder).map_err(failed("write", folder))?;
                write_secret(&key, &made.issuer.key().serialize_pem())?;
                std::fs::write(&certificate, &made.pem).map_err(failed("write", &certificate))?;
                made
            }
            (None, Some(_)) => return Err(AuthorityError::Half { missing: certificate }),
            (Some(_), None) => return Err(AuthorityError::Half { missing: key }),
        };
        Ok(Authority { file: Some(certificate), ..authority })
    }

    pub(super) fn issuer(&self) -> &Issuer<'static, KeyPair> {
        &self.issuer
    }

    /// Its certificate.
    pub(super) fn pem(&self) -> &str {
        &self.pem
    }

    /// Where its certificate is kept.
    pub(super) fn file(&self) -> Option<&Path> {
        self.file.as_deref()
    }
}

/// Everything about an authority of ours but its key and its dates.
fn params(name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign, KeyUsagePurpose::DigitalSignature];
    certificate::hold(&mut params, -2, DAYS);
    params
}

/// The authority of two files, if they belong together: what its key signs, its certificate must vouch for.
fn of_files(pem: String, key_pem: &str, certificate: &Path, key: &Path) -> Result<Authority, AuthorityError> {
    let foreign =
        |path: &Path, beside: &Path| AuthorityError::Foreign { path: path.to_owned(), beside: beside.to_owned() };
    let pair = KeyPair::from_pem(key_pem).map_err(|_| foreign(key, certificate))?;
    let root = CertificateDer::from_pem_slice(pem.as_bytes()).map_err(|_| foreign(certificate, key))?;
    let issuer = Issuer::new(params(NAME), pair);
    if !certificate::vouches(&root, &issuer) {
        return Err(foreign(certificate, key));
    }
    Ok(Authority { issuer, pem, file: None })
}

fn read(path: &Path) -> Result<Option<String>, AuthorityError> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(failed("read", path)(error)),
    }
}

/// Writes a file that only its owner can read.
fn write_secret(path: &Path, text: &str) -> Result<(), AuthorityError> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(path).and_then(|mut file| io::Write::write_all(&mut file, text.as_bytes()));
    written.map_err(failed("write", path))
}

fn failed(what: &'static str, path: &Path) -> impl FnOnce(io::Error) -> AuthorityError {
    let path = path.to_owned();
    move |source| AuthorityError::File { what, path, source }
}
