//! Mutual TLS as a client meets it: who shows what, and what the bank makes of it.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::Duration;

use bank_sandbox::profile::BankProfile;
use bank_sandbox::{Sandbox, Suites};
use rcgen::{CertificateParams, KeyPair};
use serde_json::Value;
use tokio_rustls::rustls::crypto::{CryptoProvider, aws_lc_rs};
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use tokio_rustls::rustls::version::{TLS12, TLS13};
use tokio_rustls::rustls::{
    AlertDescription, CipherSuite, ClientConfig, ClientConnection, Error, RootCertStore, StreamOwned,
    SupportedProtocolVersion,
};

use crate::bench::{Bench, Raw};

/// A client's certificate and key.
pub(crate) struct Identity {
    pub(crate) chain: Vec<CertificateDer<'static>>,
    pub(crate) key: PrivateKeyDer<'static>,
}

impl Identity {
    pub(crate) fn self_signed(name: &str) -> Identity {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::default();
        params.distinguished_name.push(rcgen::DnType::CommonName, name);
        let certificate = params.self_signed(&key).unwrap();
        let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        Identity { chain: vec![certificate.der().clone()], key }
    }
}

const VERSIONS: &[&SupportedProtocolVersion] = &[&TLS13, &TLS12];

/// How a client shakes hands.
pub(crate) struct Hands<'a> {
    pub(crate) host: &'a str,
    pub(crate) identity: Option<&'a Identity>,
    pub(crate) versions: &'a [&'static SupportedProtocolVersion],
    pub(crate) provider: CryptoProvider,
}

impl Default for Hands<'_> {
    fn default() -> Self {
        Hands { host: "localhost", identity: None, versions: VERSIONS, provider: aws_lc_rs::default_provider() }
    }
}

impl Bench {
    /// A connection to a listener inside TLS.
    pub(crate) fn hands(&self, address: std::net::SocketAddr, hands: Hands<'_>) -> Result<Talk, std::io::Error> {
        let pem = &self.running().tls.as_ref().unwrap().ca_pem;
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_slice(pem.as_bytes()).unwrap()).unwrap();
        let config = ClientConfig::builder_with_provider(Arc::new(hands.provider))
            .with_protocol_versions(hands.versions)
            .unwrap()
            .with_root_certificates(roots);
        let config = match hands.identity {
            None => config.with_no_client_auth(),
            Some(own) => config.with_client_auth_cert(own.chain.clone(), own.key.clone_key()).unwrap(),
        };
        let name = ServerName::try_from(hands.host.to_owned()).unwrap();
        let mut client = ClientConnection::new(Arc::new(config), name).unwrap();
        let mut socket = TcpStream::connect(address).unwrap();
        socket.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        while client.is_handshaking() {
            client.complete_io(&mut socket)?;
        }
        Ok(StreamOwned::new(client, socket))
    }

    /// A call inside mutual TLS, on a connection of its own.
    pub(crate) fn mutually(
        &self,
        identity: Option<&Identity>,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Raw {
        let tls = self.running().tls.as_ref().unwrap();
        let mut talk = self.hands(tls.mutual_address, Hands { identity, ..Hands::default() }).unwrap();
        let mut request = format!(
            "{method} {path} HTTP/1.1\r\nHost: localhost:{}\r\nConnection: close\r\nContent-Length: {}\r\n",
            tls.mutual_address.port(),
            body.len()
        );
        headers.iter().for_each(|(name, value)| request.push_str(&format!("{name}: {value}\r\n")));
        talk.write_all(format!("{request}\r\n{body}").as_bytes()).unwrap();
        let mut answer = Vec::new();
        talk.read_to_end(&mut answer).unwrap();
        Raw::parse(&answer)
    }
}

pub(crate) type Talk = StreamOwned<ClientConnection, TcpStream>;

fn last(bench: &Bench) -> Value {
    bench.journal("default").pop().unwrap()
}

#[test]
fn a_certificate_is_asked_for_and_not_required() {
    let bench = Bench::with(Sandbox::builder().tls());
    let path = "/plain/.well-known/oauth-authorization-server";
    assert_eq!(bench.mutually(None, "GET", path, &[], "").status, 200);
    assert_eq!(last(&bench)["client_certificate"], Value::Null);

    let own = Identity::self_signed("whoever");
    let answer = bench.mutually(Some(&own), "GET", path, &[], "");
    // The issuer is the one of the other listener: a bank has one.
    let tls = bench.running().tls.as_ref().unwrap();
    let issuer = format!("https://localhost:{}/plain", tls.address.port());
    let metadata: Value = serde_json::from_str(&answer.body).unwrap();
    assert_eq!((answer.status, &metadata["issuer"]), (200, &Value::from(issuer)));
    let shown = &last(&bench)["client_certificate"];
    assert_eq!((&shown["subject"], &shown["vouched"]), (&"CN=whoever".into(), &false.into()));
    assert_eq!(shown["thumbprint"].as_str().unwrap().len(), 43);
}

#[test]
fn a_certificate_in_a_header_is_nobodys() {
    let bench = Bench::with(Sandbox::builder().tls());
    let pem = &bench.running().tls.as_ref().unwrap().ca_pem;
    let encoded: String = url::form_urlencoded::byte_serialize(pem.as_bytes()).collect();
    let chain = format!("Cert=\"{encoded}\";Subject=\"CN=demo\"");
    let der = CertificateDer::from_pem_slice(pem.as_bytes()).unwrap();
    let structured = format!(":{}:", base64::Engine::encode(&base64::engine::general_purpose::STANDARD, &der));
    let headers = [
        ("X-Ssl-Cert", encoded.as_str()),
        ("X-Client-Cert", &encoded),
        ("X-Forwarded-Client-Cert", &chain),
        ("X-Amzn-Mtls-Clientcert", &encoded),
        ("Ssl-Client-Cert", &encoded),
        ("Client-Cert", &structured),
    ];
    let path = "/plain/.well-known/oauth-authorization-server";
    assert_eq!(bench.call("GET", path, &headers, "").status, 200);
    assert_eq!(last(&bench)["client_certificate"], Value::Null);
    assert_eq!(bench.mutually(None, "GET", path, &headers, "").status, 200);
    assert_eq!(last(&bench)["client_certificate"], Value::Null);
}

#[test]
fn the_listener_that_asks_nobody_takes_no_certificate() {
    let bench = Bench::with(Sandbox::builder().tls());
    let own = Identity::self_signed("whoever");
    let address = bench.running().tls.as_ref().unwrap().address;
    let mut talk = bench.hands(address, Hands { identity: Some(&own), ..Hands::default() }).unwrap();
    talk.write_all(b"GET /plain/oauth/jwks HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").unwrap();
    talk.read_to_end(&mut Vec::new()).unwrap();
    assert_eq!(last(&bench)["client_certificate"], Value::Null);
}

/// Claims a certificate whose key it does not hold.
#[derive(Debug)]
struct Thief;

impl tokio_rustls::rustls::client::ResolvesClientCert for Thief {
    fn resolve(
        &self,
        _: &[&[u8]],
        _: &[tokio_rustls::rustls::SignatureScheme],
    ) -> Option<Arc<tokio_rustls::rustls::sign::CertifiedKey>> {
        let (shown, own) = (Identity::self_signed("victim"), Identity::self_signed("thief"));
        let key = aws_lc_rs::sign::any_supported_type(&own.key).unwrap();
        Some(Arc::new(tokio_rustls::rustls::sign::CertifiedKey::new(shown.chain, key)))
    }

    fn has_certs(&self) -> bool {
        true
    }
}

#[test]
fn a_certificate_without_its_key_ends_the_handshake() {
    let bench = Bench::with(Sandbox::builder().tls());
    let tls = bench.running().tls.as_ref().unwrap();
    for versions in [[&TLS12], [&TLS13]] {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_slice(tls.ca_pem.as_bytes()).unwrap()).unwrap();
        let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_protocol_versions(&versions)
            .unwrap()
            .with_root_certificates(roots)
            .with_client_cert_resolver(Arc::new(Thief));
        let client = ClientConnection::new(Arc::new(config), ServerName::try_from("localhost").unwrap()).unwrap();
        let mut talk = StreamOwned::new(client, TcpStream::connect(tls.mutual_address).unwrap());
        let written = talk.write_all(b"GET /plain/oauth/jwks HTTP/1.1\r\nHost: localhost\r\n\r\n");
        let ended = written.and_then(|()| talk.read_to_end(&mut Vec::new()).map(|_| ())).unwrap_err();
        let alert = ended.get_ref().and_then(|inner| inner.downcast_ref::<Error>()).unwrap();
        assert_eq!(*alert, Error::AlertReceived(AlertDescription::DecryptError));
    }
    assert_eq!(bench.journal("default").len(), 0);
}

/// A provider with one suite of TLS 1.2.
fn only(suite: CipherSuite) -> CryptoProvider {
    let mut provider = aws_lc_rs::default_provider();
    provider.cipher_suites.retain(|offered| offered.suite() == suite);
    provider
}

#[test]
fn fapi_1_has_two_suites_and_others_have_more() {
    let spoken = |bench: &Bench, suite| {
        let tls = bench.running().tls.as_ref().unwrap();
        [tls.address, tls.mutual_address].map(|address| {
            let hands = Hands { versions: &[&TLS12], provider: only(suite), ..Hands::default() };
            bench.hands(address, hands).is_ok()
        })
    };
    let fapi1 = Bench::with(Sandbox::builder().tls_suites(Suites::Fapi1));
    let modern = Bench::with(Sandbox::builder().tls());
    use CipherSuite as C;
    for (suite, by_fapi1, by_modern) in [
        (C::TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384, true, false),
        (C::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, true, false),
        (C::TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256, false, false),
        (C::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, false, true),
        (C::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, false, true),
        (C::TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, false, true),
    ] {
        assert_eq!((spoken(&fapi1, suite), spoken(&modern, suite)), ([by_fapi1; 2], [by_modern; 2]), "{suite:?}");
    }
    // Both prefer TLS 1.3, whatever else a client can do.
    for bench in [&fapi1, &modern] {
        let address = bench.running().tls.as_ref().unwrap().mutual_address;
        let talk = bench.hands(address, Hands::default()).unwrap();
        assert_eq!(talk.conn.protocol_version(), Some(tokio_rustls::rustls::ProtocolVersion::TLSv1_3));
    }
}

#[test]
fn a_bank_of_fapi_1_that_is_asked_for_by_host_has_its_suites_whatever_others_offer() {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../scenarios/banks/plain.yaml")).unwrap();
    let strict = format!("{text}\nsecurity: {{profile: fapi1-advanced}}\n");
    let strict = BankProfile::parse("strict", "strict.yaml", &strict).unwrap();
    let bench = Bench::with(Sandbox::builder().tls().bank(Arc::new(strict)).bank(BankProfile::named("plain").unwrap()));
    let address = bench.running().tls.as_ref().unwrap().mutual_address;
    for (host, rsa) in [("strict.localhost", true), ("plain.localhost", false), ("localhost", false)] {
        for (suite, spoken) in [
            (CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, rsa),
            (CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, !rsa),
        ] {
            let hands = Hands { host, versions: &[&TLS12], provider: only(suite), ..Hands::default() };
            assert_eq!(bench.hands(address, hands).is_ok(), spoken, "{host} {suite:?}");
        }
    }
}

#[test]
fn tls_before_1_2_is_refused_with_an_alert() {
    let bench = Bench::with(Sandbox::builder().tls());
    let tls = bench.running().tls.as_ref().unwrap();
    for (address, minor) in [(tls.address, 2), (tls.mutual_address, 1)] {
        // A ClientHello of TLS 1.1 or 1.0: random of zeros, no session, two suites, no compression, no extension.
        let mut hello = vec![3, minor];
        hello.extend([0; 32]);
        hello.extend([0, 0, 4, 0xc0, 0x13, 0, 0x2f, 1, 0]);
        let length = u8::try_from(hello.len()).unwrap();
        let mut record = vec![22, 3, 1, 0, length + 4, 1, 0, 0, length];
        record.extend(hello);
        let mut socket = TcpStream::connect(address).unwrap();
        socket.write_all(&record).unwrap();
        let mut answer = Vec::new();
        socket.read_to_end(&mut answer).unwrap();
        // Fatal, and protocol_version (70) or handshake_failure (40).
        assert_eq!((answer[0], answer[5], [40, 70].contains(&answer[6])), (21, 2, true), "{answer:?}");
    }
}
