//! The one name by which a client's certificate is known (RFC 8705 2.1.2).

use std::fmt;
use std::net::IpAddr;

use super::distinguished_name::{BadDistinguishedName, DistinguishedName};

/// What a certificate must say to be a client's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CertificateName {
    /// Its subject.
    Subject(DistinguishedName),
    /// A DNS name among its alternative names.
    Dns(String),
    /// A URI among them.
    Uri(String),
    /// An IP address among them.
    Address(IpAddr),
    /// A mail address among them.
    Email(String),
}

/// The members of client metadata that say it (RFC 8705 2.1.2).
pub const CERTIFICATE_NAMES: &[&str] = &[
    "tls_client_auth_subject_dn",
    "tls_client_auth_san_dns",
    "tls_client_auth_san_uri",
    "tls_client_auth_san_ip",
    "tls_client_auth_san_email",
];

/// A value that cannot name a certificate.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadCertificateName {
    /// The member is not one of [`CERTIFICATE_NAMES`].
    #[error("`{member}` names no certificate; legal are {legal}", legal = CERTIFICATE_NAMES.join(", "))]
    Member {
        /// What was written.
        member: String,
    },
    /// Not a distinguished name.
    #[error(transparent)]
    Subject(#[from] BadDistinguishedName),
    /// Not of the member's form.
    #[error("{member} `{value}` is not {legal}")]
    Value {
        /// The member.
        member: &'static str,
        /// Its value.
        value: String,
        /// What would be.
        legal: &'static str,
    },
}

impl CertificateName {
    /// Reads a member of client metadata and its value.
    ///
    /// # Errors
    /// The member is none of [`CERTIFICATE_NAMES`], or the value not of its form.
    pub fn read(member: &str, value: &str) -> Result<CertificateName, BadCertificateName> {
        let known = CERTIFICATE_NAMES.iter().find(|known| **known == member).copied();
        let member = known.ok_or_else(|| BadCertificateName::Member { member: member.to_owned() })?;
        let bad = |legal| BadCertificateName::Value { member, value: value.chars().take(200).collect(), legal };
        let visible = !value.is_empty() && value.len() <= 1024 && value.bytes().all(|byte| byte.is_ascii_graphic());
        match member {
            "tls_client_auth_subject_dn" => Ok(CertificateName::Subject(value.parse::<DistinguishedName>()?)),
            "tls_client_auth_san_dns" if visible => Ok(CertificateName::Dns(value.to_owned())),
            "tls_client_auth_san_dns" => Err(bad("a host name")),
            "tls_client_auth_san_uri" if visible && value.contains(':') => Ok(CertificateName::Uri(value.to_owned())),
            "tls_client_auth_san_uri" => Err(bad("a URI")),
            "tls_client_auth_san_ip" => {
                value.parse().map(CertificateName::Address).map_err(|_| bad("an IPv4 or IPv6 address"))
            }
            _ if visible && value.contains('@') => Ok(CertificateName::Email(value.to_owned())),
            _ => Err(bad("a mail address")),
        }
    }

    /// The member of client metadata that says it.
    pub fn member(&self) -> &'static str {
        match self {
            CertificateName::Subject(_) => "tls_client_auth_subject_dn",
            CertificateName::Dns(_) => "tls_client_auth_san_dns",
            CertificateName::Uri(_) => "tls_client_auth_san_uri",
            CertificateName::Address(_) => "tls_client_auth_san_ip",
            CertificateName::Email(_) => "tls_client_auth_san_email",
        }
    }
}

impl fmt::Display for CertificateName {
    /// The member's value.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CertificateName::Subject(name) => name.fmt(f),
            CertificateName::Dns(text) | CertificateName::Uri(text) | CertificateName::Email(text) => f.write_str(text),
            CertificateName::Address(address) => address.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_member_is_read_and_written_back() {
        for (member, value) in CERTIFICATE_NAMES.iter().zip([
            "CN=demo,C=GB",
            "client.example",
            "urn:client:demo",
            "192.0.2.1",
            "demo@client.example",
        ]) {
            let name = CertificateName::read(member, value).unwrap();
            assert_eq!((name.member(), name.to_string()), (*member, value.to_owned()));
        }
        for (member, value) in [
            ("tls_client_auth_subject_dn", "demo"),
            ("tls_client_auth_san_dns", "two words"),
            ("tls_client_auth_san_uri", "demo"),
            ("tls_client_auth_san_ip", "demo"),
            ("tls_client_auth_san_email", "demo"),
            ("tls_client_auth_san_other", "demo"),
        ] {
            assert!(CertificateName::read(member, value).is_err(), "{member}");
        }
    }
}
