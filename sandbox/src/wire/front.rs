//! By which listener a connection came, and what its client showed there.
//!
//! Owns how the two listeners inside TLS belong together: a bank has one issuer, whichever of them a client calls, and its
//! addresses at the listener for mutual TLS are aliases (RFC 8705 5). Knows no bank.

use std::sync::Arc;

use axum::http::uri::Authority;

use crate::certificate::PeerCertificate;

/// The two listeners inside TLS, as clients reach them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SecureFronts {
    /// Port of the one where nobody is asked for a certificate: part of every issuer.
    pub(crate) tls: u16,
    /// Port of the one where everybody is.
    pub(crate) mutual: u16,
    /// External base URL of bank traffic, and of the same inside mutual TLS, where clients do not connect to us directly.
    pub(crate) public: Option<(String, Option<String>)>,
}

/// What one connection came by.
#[derive(Debug, Clone, Default)]
pub(crate) struct Front {
    /// Absent outside TLS.
    pub(crate) fronts: Option<Arc<SecureFronts>>,
    /// `true` at the listener that asks for certificates.
    pub(crate) is_mutual: bool,
    /// What the client showed.
    pub(crate) certificate: Option<Arc<PeerCertificate>>,
}

impl Front {
    /// The authority of issuers: the one the client used, at the listener nobody needs a certificate for.
    pub(crate) fn issuer_authority(&self, authority: String) -> String {
        match &self.fronts {
            Some(fronts) if self.is_mutual => at_port(&authority, fronts.tls),
            _ => authority,
        }
    }

    /// The same base URL at the listener for mutual TLS; `None` outside TLS, or where nobody said what it is for clients.
    pub(crate) fn mutual_base_url(&self, base_url: &str) -> Option<String> {
        let fronts = self.fronts.as_ref()?;
        if let Some((public, mutual)) = &fronts.public
            && let Some(rest) = base_url.strip_prefix(public.as_str())
        {
            return mutual.as_ref().map(|mutual| format!("{mutual}{rest}"));
        }
        let rest = base_url.strip_prefix("https://")?;
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        Some(format!("https://{}{path}", at_port(authority, fronts.mutual)))
    }
}

/// The authority with another port; without one where it is the port of `https`.
fn at_port(authority: &str, port: u16) -> String {
    let host = authority.parse::<Authority>().map_or_else(|_| authority.to_owned(), |read| read.host().to_owned());
    if port == 443 { host } else { format!("{host}:{port}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_listeners_have_one_issuer() {
        let fronts = |public| Some(Arc::new(SecureFronts { tls: 8443, mutual: 8444, public }));
        let mutual = Front { fronts: fronts(None), is_mutual: true, certificate: None };
        let plain = Front { is_mutual: false, ..mutual.clone() };
        for (used, issuer) in
            [("localhost:8444", "localhost:8443"), ("[::1]:8444", "[::1]:8443"), ("bank", "bank:8443")]
        {
            assert_eq!(mutual.issuer_authority(used.to_owned()), issuer);
            assert_eq!(plain.issuer_authority(used.to_owned()), used);
        }
        let alias = |front: &Front, base: &str| front.mutual_base_url(base);
        assert_eq!(alias(&plain, "https://localhost:8443/b").as_deref(), Some("https://localhost:8444/b"));
        assert_eq!(alias(&plain, "https://b.localhost:8443").as_deref(), Some("https://b.localhost:8444"));
        assert_eq!(alias(&plain, "http://localhost:8080/b"), None);
        assert_eq!(alias(&Front::default(), "https://localhost:8443/b"), None);
        let public = |mutual: Option<&str>| Front {
            fronts: fronts(Some(("https://bank.example".to_owned(), mutual.map(str::to_owned)))),
            ..plain.clone()
        };
        let own = Some("https://mtls.bank.example/b".to_owned());
        assert_eq!(alias(&public(Some("https://mtls.bank.example")), "https://bank.example/b"), own);
        assert_eq!(alias(&public(None), "https://bank.example/b"), None);
    }
}
