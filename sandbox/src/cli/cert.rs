//! `cert`: certificates of the sandbox's authority for a client, with everything that belongs to them, in a folder.

use std::io::{self, Write};
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use clap::Args;

use super::{Exit, output};
use crate::certificate::Psd2Role;
use crate::tls::{
    AlternativeName, AuthorityError, Bundle, BundleError, BundleOrder, Credential, KEY_KINDS, KeyKind, SIGNERS, Signer,
    Suites, Tls, VALIDITIES, Validity,
};

/// What to make, and where to put it.
#[derive(Debug, Clone, Args)]
pub(super) struct Cert {
    /// Folder to write to; made if it is not there
    #[arg(long, value_name = "FOLDER")]
    out: PathBuf,
    /// Folder the certificate authority is kept in; without it, the one of --out
    #[arg(long, value_name = "FOLDER")]
    ca_dir: Option<PathBuf>,
    /// Whom the certificates are for: their common name, and the beginning of file names
    #[arg(long, value_name = "NAME", default_value = "demo-mtls")]
    name: String,
    /// Name of the organisation
    #[arg(long, value_name = "NAME", default_value = "Demo App Limited")]
    organisation: String,
    /// Registration number of the organisation (ETSI TS 119 495)
    #[arg(long, value_name = "ID", default_value = "PSDGB-SCA-100001")]
    organisation_id: String,
    /// Country of the organisation: two capital letters
    #[arg(long, value_name = "CODE", default_value = "GB")]
    country: String,
    /// What the organisation may do: AISP, PISP, CBPII, ASPSP; `--roles ""` leaves the PSD2 statement out
    #[arg(long, value_name = "ROLES", value_delimiter = ',', default_value = "AISP,PISP")]
    roles: Vec<String>,
    /// Kind of the keys: ec is P-256, rsa has 2048 bits
    #[arg(long, value_name = "KIND", default_value = "ec", value_parser = ["ec", "rsa"])]
    kind: String,
    /// When the certificates hold
    #[arg(long, value_name = "WHEN", default_value = "good", value_parser = ["good", "expired", "not-yet-valid"])]
    validity: String,
    /// Who signs them: the authority, the key itself, or an authority nobody was told of
    #[arg(long, value_name = "WHO", default_value = "authority", value_parser = ["authority", "self", "unknown-ca"])]
    signer: String,
    /// A host name the client's certificate is for besides (may be repeated)
    #[arg(long, value_name = "HOST")]
    san_dns: Vec<String>,
    /// A URI it is for besides (may be repeated)
    #[arg(long, value_name = "URI")]
    san_uri: Vec<String>,
    /// An IP address it is for besides (may be repeated)
    #[arg(long, value_name = "ADDRESS")]
    san_ip: Vec<IpAddr>,
    /// A mail address it is for besides (may be repeated)
    #[arg(long, value_name = "ADDRESS")]
    san_email: Vec<String>,
    /// A name of the server certificate (may be repeated)
    #[arg(long, value_name = "HOST", default_values = ["localhost", "127.0.0.1", "::1"])]
    host: Vec<String>,
    /// Password of the PKCS#12 files
    #[arg(long, value_name = "TEXT", default_value = PASSWORD)]
    password: String,
}

const PASSWORD: &str = "sandbox";

/// Why there are no certificates.
#[derive(Debug, thiserror::Error)]
enum Failed {
    #[error("there is no certificate authority")]
    Authority(#[from] AuthorityError),
    #[error("no certificate was made")]
    Bundle(#[from] BundleError),
    #[error("cannot write {path}")]
    File {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
}

pub(super) fn run(options: &Cert) -> Exit {
    let order = match options.order() {
        Ok(order) => order,
        Err(mistakes) => {
            mistakes.iter().for_each(|mistake| output::note(format!("error: {mistake}")));
            return Exit::Usage;
        }
    };
    match options.write(&order) {
        Ok(told) => {
            output::result(told);
            Exit::Done
        }
        Err(error) => {
            output::failure(&error);
            match error {
                Failed::Bundle(BundleError::Name { .. }) => Exit::Usage,
                _ => Exit::Broken,
            }
        }
    }
}

impl Cert {
    /// What the arguments ask for, or every mistake in them.
    fn order(&self) -> Result<BundleOrder, Vec<String>> {
        let mut mistakes = Vec::new();
        let legal = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        if self.name.is_empty() || self.name.starts_with('.') || !self.name.chars().all(legal) {
            let name = &self.name;
            mistakes
                .push(format!("--name `{name}` cannot begin file names; legal are letters, digits, `-`, `_` and `.`"));
        }
        let mut roles = Vec::new();
        for role in self.roles.iter().filter(|role| !role.is_empty()) {
            match role.parse::<Psd2Role>() {
                Ok(role) => roles.push(role),
                Err(unknown) => mistakes.push(format!("--roles: {unknown}")),
            }
        }
        if !mistakes.is_empty() {
            return Err(mistakes);
        }
        let names = (self.san_dns.iter().cloned().map(AlternativeName::Dns))
            .chain(self.san_uri.iter().cloned().map(AlternativeName::Uri))
            .chain(self.san_ip.iter().copied().map(AlternativeName::Address))
            .chain(self.san_email.iter().cloned().map(AlternativeName::Email));
        Ok(BundleOrder {
            name: self.name.clone(),
            organisation: self.organisation.clone(),
            organisation_id: self.organisation_id.clone(),
            country: self.country.clone(),
            roles,
            kind: KEY_KINDS.iter().find(|row| row.1 == self.kind).map_or(KeyKind::Ec, |row| row.0),
            validity: VALIDITIES.iter().find(|row| row.1 == self.validity).map_or(Validity::Good, |row| row.0),
            signer: SIGNERS.iter().find(|row| row.1 == self.signer).map_or(Signer::Authority, |row| row.0),
            alternative_names: names.collect(),
        })
    }

    /// Writes everything and says what was written.
    fn write(&self, order: &BundleOrder) -> Result<String, Failed> {
        let failed = |path: &Path| {
            let path = path.to_owned();
            move |source| Failed::File { path, source }
        };
        std::fs::create_dir_all(&self.out).map_err(failed(&self.out))?;
        let tls = Tls::new(Some(self.ca_dir.as_deref().unwrap_or(&self.out)), Suites::Modern)?;
        let bundle = tls.bundle(order)?;
        let server = tls.server(&self.host, order.kind)?;
        let mut files = Vec::new();
        if self.ca_dir.is_some() {
            files.push(("ca.pem".to_owned(), bundle.ca_pem.clone().into_bytes(), Reader::Anybody));
        }
        files.extend(credential("server", &server, &bundle, None));
        files.extend(credential(&order.name, &bundle.transport, &bundle, Some(&self.password)));
        files.extend(credential(&format!("{}-signing", order.name), &bundle.signing, &bundle, Some(&self.password)));
        let json = |value| serde_json::to_vec_pretty(&value).expect("keys are text");
        files.push((format!("{}.jwks.json", order.name), json(bundle.jwks()), Reader::Anybody));
        files.push((format!("{}-private.jwks.json", order.name), json(bundle.signing.private_jwks()), Reader::Owner));
        for (name, content, reader) in &files {
            let path = self.out.join(name);
            put(&path, content, *reader).map_err(failed(&path))?;
        }
        Ok(self.told(order, &bundle, &files))
    }

    fn told(&self, order: &BundleOrder, bundle: &Bundle, files: &[(String, Vec<u8>, Reader)]) -> String {
        let (folder, name) = (self.out.display(), &order.name);
        let authority = self.ca_dir.as_deref().unwrap_or(&self.out).display();
        let names: Vec<&str> = files.iter().map(|file| file.0.as_str()).collect();
        let described = bundle.transport.described();
        format!(
            "In {folder}: {}\n\n  subject    {}\n  thumbprint {}\n  authority  {authority}/ca.pem\n\nTry:\n  bank-sandbox --tls --ca-dir {authority}\n  \
             curl --cacert {authority}/ca.pem --cert {folder}/{name}.pem --key {folder}/{name}-key.pem https://localhost:8444/plain/.well-known/openid-configuration",
            names.join(", "),
            described.subject(),
            described.thumbprint(),
        )
    }
}

/// Who may read a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reader {
    Anybody,
    Owner,
}

/// The files of one certificate: PEM, and PKCS#12 if it has a password.
fn credential(
    name: &str,
    credential: &Credential,
    bundle: &Bundle,
    password: Option<&str>,
) -> Vec<(String, Vec<u8>, Reader)> {
    let mut files = vec![
        (format!("{name}.pem"), credential.certificate_pem().into_bytes(), Reader::Anybody),
        (format!("{name}-key.pem"), credential.key_pem().into_bytes(), Reader::Owner),
    ];
    if let Some(password) = password {
        files.push((format!("{name}.p12"), credential.pkcs12(name, &bundle.ca_pem, password), Reader::Owner));
    }
    files
}

fn put(path: &Path, content: &[u8], reader: Reader) -> io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    if reader == Reader::Owner {
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    }
    options.open(path)?.write_all(content)
}
