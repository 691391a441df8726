//! Certificates that change while clients are connected, and what the authority says of them in the handshake.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bank_sandbox::Sandbox;
use tokio_rustls::rustls::client::WebPkiServerVerifier;
use tokio_rustls::rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use tokio_rustls::rustls::{
    ClientConfig, ClientConnection, DigitallySignedStruct, Error, RootCertStore, SignatureScheme, StreamOwned,
};

use crate::bench::{Bench, Raw};
use crate::faults::builder;

/// Trusts what rustls trusts, and keeps what was stapled.
#[derive(Debug)]
struct Keeping {
    inner: Arc<WebPkiServerVerifier>,
    staple: Mutex<Vec<u8>>,
}

impl ServerCertVerifier for Keeping {
    fn verify_server_cert(
        &self,
        leaf: &CertificateDer<'_>,
        others: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        staple: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        *self.staple.lock().unwrap() = staple.to_vec();
        self.inner.verify_server_cert(leaf, others, name, staple, now)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        leaf: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.inner.verify_tls12_signature(message, leaf, signed)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        leaf: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.inner.verify_tls13_signature(message, leaf, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.inner.supported_verify_schemes()
    }
}

type Secure = StreamOwned<ClientConnection, TcpStream>;

fn bench(rules: &str) -> Bench {
    Bench::with(builder(Sandbox::builder().tls(), rules))
}

/// A connection whose handshake is over, and what was stapled.
fn connect(bench: &Bench) -> (Secure, Vec<u8>) {
    let tls = bench.running().tls.as_ref().unwrap();
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(tls.ca_pem.as_bytes()).unwrap()).unwrap();
    let provider = Arc::new(aws_lc_rs::default_provider());
    let inner = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider)).build().unwrap();
    let keeping = Arc::new(Keeping { inner, staple: Mutex::default() });
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .dangerous()
        .with_custom_certificate_verifier(Arc::clone(&keeping) as Arc<dyn ServerCertVerifier>)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    let client = ClientConnection::new(Arc::new(config), ServerName::try_from("localhost").unwrap()).unwrap();
    let socket = TcpStream::connect(tls.address).unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    let mut stream = StreamOwned::new(client, socket);
    while stream.conn.is_handshaking() {
        stream.conn.complete_io(&mut stream.sock).unwrap();
    }
    let staple = keeping.staple.lock().unwrap().clone();
    (stream, staple)
}

fn leaf(stream: &Secure) -> Vec<u8> {
    stream.conn.peer_certificates().unwrap()[0].to_vec()
}

#[test]
fn who_is_connected_goes_on_and_the_next_meets_another_certificate() {
    let bench = bench("  - {name: r, phases: [{calls: 1}, {forever: true, do: {tls: rotated}}]}\n");
    let (mut first, _) = connect(&bench);
    let (second, _) = connect(&bench);
    let (third, _) = connect(&bench);
    assert_ne!(leaf(&first), leaf(&second));
    assert_eq!(leaf(&second), leaf(&third), "it changed once");
    first.write_all(b"GET /plain/accounts HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = Vec::new();
    first.read_to_end(&mut answer).unwrap();
    assert_eq!(Raw::parse(&answer).status, 401);
}

#[test]
#[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
fn the_authority_says_in_the_handshake_what_became_of_the_certificate() {
    assert_eq!(connect(&bench("  - {name: r, do: {tls: rotated}}\n")).1, Vec::<u8>::new());
    for (word, status) in [("ocsp-revoked", "revoked"), ("ocsp-expired", "good")] {
        let bench = bench(&format!("  - {{name: r, do: {{tls: {word}}}}}\n"));
        let (stream, staple) = connect(&bench);
        assert!(!staple.is_empty(), "{word}");
        let folder = std::env::temp_dir().join(format!("bank-sandbox-staple-{}-{word}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let file = |name: &str| folder.join(name).to_str().unwrap().to_owned();
        let ca_pem = &bench.running().tls.as_ref().unwrap().ca_pem;
        std::fs::write(file("ca.pem"), ca_pem.as_bytes()).unwrap();
        std::fs::write(file("leaf.der"), leaf(&stream)).unwrap();
        std::fs::write(file("staple.der"), &staple).unwrap();
        // Somebody else's reading of it.
        let read = Command::new("openssl")
            .args(["ocsp", "-respin", &file("staple.der"), "-CAfile", &file("ca.pem"), "-issuer", &file("ca.pem")])
            .args(["-cert", &file("leaf.der"), "-resp_text", "-no_nonce"])
            .stdin(Stdio::null())
            .output();
        match read {
            Err(missing) => eprintln!("skipped: there is no openssl to read the response: {missing}"),
            Ok(read) => {
                let told =
                    format!("{}{}", String::from_utf8_lossy(&read.stdout), String::from_utf8_lossy(&read.stderr));
                assert!(told.contains("Response verify OK"), "{word}: {told}");
                assert!(told.contains(&format!("Cert Status: {status}")), "{word}: {told}");
                // It is about this certificate, and out of date where it should be.
                let about_it = if word == "ocsp-expired" { "\ngood\n" } else { "leaf.der: revoked" };
                assert!(told.contains(about_it), "{word}: {told}");
                assert_eq!(told.contains("WARNING: Status times invalid"), word == "ocsp-expired", "{word}: {told}");
            }
        }
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
