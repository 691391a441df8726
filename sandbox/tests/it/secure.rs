//! TLS as a client sees it: a rustls client alone, and bytes where it would be too polite.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bank_sandbox::Sandbox;
use serde_json::json;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::version::{TLS12, TLS13};
use tokio_rustls::rustls::{
    AlertDescription, CertificateError, ClientConfig, ClientConnection, Error, ProtocolVersion, RootCertStore,
    StreamOwned, SupportedProtocolVersion,
};

use crate::bench::{Bench, Raw};
use crate::faults::{End, builder, only_entry, to_the_end};
use crate::frames::{Client, DATA, HEADERS, RST_STREAM};

type Secure = StreamOwned<ClientConnection, TcpStream>;

/// How a client shakes hands.
#[derive(Clone, Copy)]
struct Hands<'a> {
    host: &'a str,
    alpn: &'a [&'a str],
    versions: &'a [&'static SupportedProtocolVersion],
}

const HANDS: Hands<'static> = Hands { host: "localhost", alpn: &["http/1.1"], versions: &[&TLS13, &TLS12] };

fn bench(rules: &str) -> Bench {
    Bench::with(builder(Sandbox::builder().tls(), rules))
}

fn tls_rule(value: &str) -> Bench {
    bench(&format!("  - {{name: r, do: {{tls: {value}}}}}\n"))
}

impl Bench {
    fn secure_socket(&self) -> TcpStream {
        let stream = TcpStream::connect(self.running().tls.as_ref().unwrap().address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        stream
    }

    fn client(&self, hands: Hands<'_>) -> ClientConnection {
        let pem = &self.running().tls.as_ref().unwrap().ca_pem;
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_slice(pem.as_bytes()).unwrap()).unwrap();
        let mut config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_protocol_versions(hands.versions)
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        config.alpn_protocols = hands.alpn.iter().map(|name| name.as_bytes().to_vec()).collect();
        ClientConnection::new(Arc::new(config), ServerName::try_from(hands.host.to_owned()).unwrap()).unwrap()
    }

    /// Shakes hands; fails as the client sees it.
    fn shake(&self, hands: Hands<'_>) -> Result<Secure, Failed> {
        let (mut client, mut socket) = (self.client(hands), self.secure_socket());
        while client.is_handshaking() {
            client.complete_io(&mut socket).map_err(|error| match error.kind() {
                ErrorKind::UnexpectedEof => Failed::End(End::Fin),
                ErrorKind::ConnectionReset => Failed::End(End::Reset),
                _ => Failed::Tls(error.get_ref().and_then(|inner| inner.downcast_ref::<Error>()).unwrap().clone()),
            })?;
        }
        Ok(StreamOwned::new(client, socket))
    }
}

#[derive(Debug, PartialEq)]
enum Failed {
    End(End),
    Tls(Error),
}

fn get(token: &str, path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer {token}\r\n\r\n")
}

/// A whole answer, which a `close_notify` must follow.
fn whole(stream: &mut Secure) -> Raw {
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).unwrap();
    Raw::parse(&bytes)
}

#[test]
fn both_versions_and_both_protocols_are_spoken_and_urls_say_https() {
    let bench = bench("  - {name: r, match: {op: payments.create}, do: {delay: 1ms}}\n");
    let token = bench.token("default");
    for (versions, version) in [(&TLS12, ProtocolVersion::TLSv1_2), (&TLS13, ProtocolVersion::TLSv1_3)] {
        let mut stream = bench.shake(Hands { versions: &[versions], ..HANDS }).unwrap();
        stream.write_all(get(&token, "/plain/.well-known/oauth-authorization-server").as_bytes()).unwrap();
        let answer = whole(&mut stream);
        assert_eq!((answer.status, stream.conn.protocol_version()), (200, Some(version)));
        assert!(answer.body.contains("\"https://localhost/plain\""), "{}", answer.body);
    }
    let stream = bench.shake(Hands { alpn: &["h2", "http/1.1"], ..HANDS }).unwrap();
    assert_eq!(stream.conn.alpn_protocol(), Some(&b"h2"[..]));
    let mut client = Client::new(stream);
    client.get(1, "https", "/plain/accounts", &token);
    let (frames, end) = client.answer(1);
    assert_eq!((frames[0].kind, frames[0].payload[0], end), (HEADERS, 0x88, None));
    for host in ["127.0.0.1", "plain.localhost", "bank.example"] {
        assert!(bench.shake(Hands { host, ..HANDS }).is_ok(), "{host}");
    }
}

#[test]
fn certificates_are_bad_as_ordered() {
    let certificate = |error| Failed::Tls(Error::InvalidCertificate(error));
    let is = |failed: Failed, test: fn(&CertificateError) -> bool, value: &str| match &failed {
        Failed::Tls(Error::InvalidCertificate(error)) if test(error) => {}
        other => panic!("{value}: {other:?}"),
    };
    let failed = |value: &str| {
        let bench = tls_rule(value);
        let failed = bench.shake(HANDS).map(|_| ()).unwrap_err();
        let entry = only_entry(&bench);
        assert_eq!(
            (&entry["ending"], &entry["decisions"][0]["effect"]),
            (&json!("refused"), &json!(format!("tls {value}")))
        );
        failed
    };
    is(failed("expired"), |error| matches!(error, CertificateError::ExpiredContext { .. }), "expired");
    is(failed("not-yet-valid"), |error| matches!(error, CertificateError::NotValidYetContext { .. }), "not-yet-valid");
    is(failed("wrong-host"), |error| matches!(error, CertificateError::NotValidForNameContext { .. }), "wrong-host");
    assert_eq!(failed("unknown-ca"), certificate(CertificateError::UnknownIssuer));
    assert_eq!(failed("broken-chain"), certificate(CertificateError::UnknownIssuer));
    assert_eq!(failed("self-signed"), certificate(CertificateError::UnknownIssuer));
}

#[test]
fn versions_and_protocols_are_capped() {
    let alert = |alert| Failed::Tls(Error::AlertReceived(alert));
    let bench = tls_rule("only-1.2");
    assert_eq!(bench.shake(HANDS).unwrap().conn.protocol_version(), Some(ProtocolVersion::TLSv1_2));
    let new = Hands { versions: &[&TLS13], ..HANDS };
    assert_eq!(bench.shake(new).map(|_| ()).unwrap_err(), alert(AlertDescription::ProtocolVersion));
    let bench = tls_rule("only-1.3");
    assert!(bench.shake(HANDS).is_ok());
    let old = Hands { versions: &[&TLS12], ..HANDS };
    assert_eq!(bench.shake(old).map(|_| ()).unwrap_err(), alert(AlertDescription::ProtocolVersion));
    let bench = tls_rule("no-alpn");
    let none = bench.shake(Hands { alpn: &["h2"], ..HANDS }).map(|_| ()).unwrap_err();
    assert_eq!(none, alert(AlertDescription::NoApplicationProtocol));
    let bench = tls_rule("alpn-ignored");
    assert_eq!(bench.shake(Hands { alpn: &["h2", "http/1.1"], ..HANDS }).unwrap().conn.alpn_protocol(), None);
}

#[test]
#[expect(clippy::disallowed_methods, reason = "a test of the wire measures real time")]
fn a_handshake_stalls_is_reset_or_ends_with_an_alert() {
    let bench = tls_rule("reset");
    assert_eq!(bench.shake(HANDS).map(|_| ()).unwrap_err(), Failed::End(End::Reset));
    let bench = tls_rule("{stall: 300ms}");
    let began = Instant::now();
    assert_eq!(bench.shake(HANDS).map(|_| ()).unwrap_err(), Failed::End(End::Fin));
    assert!(began.elapsed() >= Duration::from_millis(300));
    // As bytes: a fatal alert 40, then FIN.
    let bench = tls_rule("{alert: handshake_failure}");
    let (mut client, mut socket) = (bench.client(HANDS), bench.secure_socket());
    client.write_tls(&mut socket).unwrap();
    assert_eq!(to_the_end(&mut socket), (vec![21, 3, 3, 0, 2, 2, 40], End::Fin));
    drop(socket);
    assert_eq!(only_entry(&bench)["ending"], "refused");
}

#[test]
fn a_flaw_is_for_the_host_it_names_and_shows_on_the_calls_of_who_does_not_mind() {
    let bench = bench("  - {name: r, match: {host: plain.localhost}, do: {tls: only-1.2}}\n");
    let token = bench.token("default");
    let versions = |host| bench.shake(Hands { host, ..HANDS }).unwrap();
    assert_eq!(versions("localhost").conn.protocol_version(), Some(ProtocolVersion::TLSv1_3));
    let mut stream = versions("plain.localhost");
    assert_eq!(stream.conn.protocol_version(), Some(ProtocolVersion::TLSv1_2));
    stream.write_all(get(&token, "/plain/accounts").as_bytes()).unwrap();
    assert_eq!(whole(&mut stream).status, 200);
    assert_eq!(only_entry(&bench)["decisions"][0]["effect"], "tls only-1.2");
}

#[test]
fn rules_of_a_world_are_for_its_hosts() {
    let bench = bench("  - {name: r, match: {host: nobody}, do: {tls: expired}}\n");
    let scenario = "sandbox: 1\nname: old\nrules: [{name: r, do: {tls: only-1.2}}]\n";
    let world = json!({"name": "old", "scenario": scenario}).to_string();
    assert_eq!(bench.control("POST", "/v1/worlds", &world).0, 201);
    let version = |host| bench.shake(Hands { host, ..HANDS }).unwrap().conn.protocol_version();
    assert_eq!(version("old--plain.localhost"), Some(ProtocolVersion::TLSv1_2));
    assert_eq!(version("plain.localhost"), Some(ProtocolVersion::TLSv1_3));
}

/// What still comes, decrypted, and how the connection under TLS ends. `close_notify` is told from FIN alone.
fn rest(stream: &mut Secure) -> (Vec<u8>, &'static str) {
    let (mut bytes, mut buffer) = (Vec::new(), [0; 4096]);
    let end = loop {
        match stream.read(&mut buffer) {
            Ok(0) => break "close_notify",
            Ok(read) => bytes.extend_from_slice(&buffer[..read]),
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => break "fin",
            Err(error) if error.kind() == ErrorKind::ConnectionReset => break "reset",
            Err(error) => panic!("{error}"),
        }
    };
    (bytes, end)
}

#[test]
fn faults_of_connections_work_under_tls() {
    for (effect, bytes, end, ending) in [
        ("{reset: before-headers}", 0..=0, "reset", "reset"),
        ("{close: before-headers}", 0..=0, "fin", "closed"),
        ("{half_close: 1s}", 0..=0, "close_notify", "half_closed"),
        ("{garbage: 64B}", 64..=64, "fin", "garbage"),
        ("{truncate: 50%}", 200..=2000, "fin", "cut"),
        ("{byte_limit: 100B}", 200..=2000, "reset", "reset"),
        ("{broken_chunk: bad-size}", 200..=4000, "fin", "cut"),
        ("{hang: 100ms}", 0..=0, "fin", "hung"),
        ("{drip: {chunk: 64B, every: 1ms, stall_at: 50%, stall: 10ms, then: reset}}", 200..=2000, "reset", "reset"),
        ("{close_idle: 50ms}", 200..=4000, "close_notify", "complete"),
    ] {
        let bench = bench(&format!("  - {{name: r, match: {{op: accounts.list}}, do: {effect}}}\n"));
        let token = bench.token("default");
        let mut stream = bench.shake(HANDS).unwrap();
        stream.write_all(get(&token, "/plain/accounts").replace("Connection: close\r\n", "").as_bytes()).unwrap();
        let seen = rest(&mut stream);
        assert!(bytes.contains(&seen.0.len()), "{effect}: {} bytes", seen.0.len());
        assert_eq!((seen.1, &only_entry(&bench)["ending"]), (end, &json!(ending)), "{effect}");
    }
}

#[test]
fn streams_are_reset_under_tls() {
    let bench = bench("  - {name: r, match: {op: accounts.list}, do: {truncate: 50%}}\n");
    let token = bench.token("default");
    let mut client = Client::new(bench.shake(Hands { alpn: &["h2"], ..HANDS }).unwrap());
    client.get(1, "https", "/plain/accounts", &token);
    let (frames, end) = client.answer(1);
    let mut kinds: Vec<u8> = frames.iter().map(|frame| frame.kind).collect();
    kinds.dedup();
    assert_eq!((kinds, end), (vec![HEADERS, DATA, RST_STREAM], None));
}

#[test]
fn a_client_that_leaves_with_a_close_notify_has_left() {
    let bench = bench("  - {name: r, match: {op: accounts.list}, do: {hang: forever}}\n");
    let token = bench.token("default");
    let mut stream = bench.shake(HANDS).unwrap();
    stream.write_all(get(&token, "/plain/accounts").as_bytes()).unwrap();
    stream.conn.send_close_notify();
    stream.flush().unwrap();
    drop(stream);
    assert_eq!(only_entry(&bench)["ending"], "hung");
}

#[test]
fn the_authority_is_kept_where_it_was_told_and_shown_to_who_asks() {
    let folder = std::env::temp_dir().join(format!("bank-sandbox-ca-{}", std::process::id()));
    let start = || Bench::with(Sandbox::builder().ca_dir(&folder));
    let pem = |bench: &Bench| bench.running().tls.as_ref().unwrap().ca_pem.to_string();
    let first = start();
    assert_eq!(first.control_text("GET", "/v1/ca.pem", ""), (200, pem(&first)));
    let second = start();
    assert_eq!(pem(&first), pem(&second));
    assert_eq!(std::fs::read_to_string(folder.join("ca.pem")).unwrap(), pem(&first));
    assert!(second.shake(HANDS).is_ok());
    // A certificate that the key does not fit is not taken for ours.
    let other = Bench::with(Sandbox::builder().tls());
    assert_ne!(pem(&other), pem(&first));
    std::fs::write(folder.join("ca.pem"), pem(&other)).unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let refused = runtime.block_on(Sandbox::builder().ca_dir(&folder).start()).unwrap_err();
    let why = std::error::Error::source(&refused).unwrap().to_string();
    assert!(why.contains("ca.pem is not what this command wrote there"), "{why}");
    std::fs::remove_file(folder.join("ca.pem")).unwrap();
    let refused = runtime.block_on(Sandbox::builder().ca_dir(&folder).start()).unwrap_err();
    assert!(std::error::Error::source(&refused).unwrap().to_string().contains("missing"));
    std::fs::remove_dir_all(&folder).unwrap();
    assert_eq!(Bench::start().control("GET", "/v1/ca.pem", "").0, 409);
}
