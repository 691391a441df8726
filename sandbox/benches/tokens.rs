//! What the authorization server costs: token and resource calls a second for opaque tokens, JWTs, DPoP and mutual TLS,
//! each against a bare axum handler that answers the same body to the same requests. `cargo bench --bench tokens`.
//!
//! Proofs are signed before the clock runs, so that the client's work is no part of either side.

#![expect(clippy::print_stdout, reason = "a measurement is printed")]
#![expect(clippy::unwrap_used, reason = "a measurement that cannot go on should stop where it stands")]
#![expect(clippy::disallowed_methods, reason = "a measurement needs real time")]

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::routing::any;
use bank_sandbox::{BundleOrder, Running, Sandbox};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, ClientConnection, RootCertStore, ServerConfig, StreamOwned};

/// Connections that ask at a time.
const CONNECTIONS: usize = 16;
/// Calls of each, per round.
const CALLS: usize = 300;
const ROUNDS: usize = 5;
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const CALLBACK: &str = "http://127.0.0.1:4000/callback";

/// What is measured: a name, the security of the bank, and how clients show what they hold.
const KINDS: &[(&str, &str, Shows)] = &[
    ("opaque", "profile: plain, sender: none", Shows::Nothing),
    ("JWT, ES256", "profile: plain, sender: none, access_tokens: jwt, signing: ES256", Shows::Nothing),
    ("JWT, PS256", "profile: plain, sender: none, access_tokens: jwt, signing: PS256", Shows::Nothing),
    ("opaque, DPoP", "profile: plain, sender: dpop", Shows::Key),
    ("opaque, mutual TLS", "profile: plain, sender: mtls", Shows::Certificate),
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Shows {
    Nothing,
    Key,
    Certificate,
}

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    println!("{:<20} {:>8}   {:>12} {:>12}   ratio", "", "", "sandbox /s", "bare /s");
    for (name, security, shows) in KINDS {
        let scenario = format!(
            "sandbox: 1\nname: bench\nseed: 1\nbanks: {{plain: {{limits: {{headers: ietf, rules: []}}, security: {{{security}}}}}}}\n"
        );
        let running = runtime.block_on(Sandbox::builder().tls().scenario(&scenario).unwrap().start()).unwrap();
        let client = Client::new(&running, *shows);
        for (what, call) in [("token", client.token_call()), ("resource", client.resource_call())] {
            let body = client.once(&call);
            let bare = runtime.block_on(client.bare(body.clone()));
            let (mut ours, mut theirs) = (Vec::new(), Vec::new());
            for _ in 0..ROUNDS {
                theirs.push(client.rate(bare, &call, body.len()));
                ours.push(client.rate(client.address, &call, body.len()));
            }
            let (ours, theirs) = (median(ours), median(theirs));
            println!("{name:<20} {what:>8}   {ours:>12.0} {theirs:>12.0}   {:.2}", ours / theirs);
        }
        runtime.block_on(running.shutdown());
    }
}

fn median(mut rates: Vec<f64>) -> f64 {
    rates.sort_by(f64::total_cmp);
    rates[rates.len() / 2]
}

/// A request without what differs from call to call.
struct Call {
    method: &'static str,
    path: String,
    /// Headers, each with its line end.
    headers: String,
    body: String,
    /// The access token that a proof is for.
    token: Option<String>,
}

/// Somebody who holds tokens.
struct Client {
    address: SocketAddr,
    base_url: String,
    shows: Shows,
    key: EcdsaKeyPair,
    tls: Option<Arc<ClientConfig>>,
    server: Option<Arc<ServerConfig>>,
}

impl Client {
    fn new(running: &Running, shows: Shows) -> Client {
        let secure = running.tls.as_ref().unwrap();
        let (tls, server) = if shows == Shows::Certificate { secure_sides(running) } else { (None, None) };
        let (address, base_url) = match shows {
            Shows::Certificate => (secure.mutual_address, secure.mutual_base_url.clone()),
            _ => (running.address, running.base_url.clone()),
        };
        let key = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
        Client { address, base_url, shows, key, tls, server }
    }

    /// Client credentials: what a bank's clients ask for most.
    fn token_call(&self) -> Call {
        self.post("/plain/oauth/token", "grant_type=client_credentials&scope=accounts".to_owned())
    }

    /// The accounts of an account holder who agreed.
    fn resource_call(&self) -> Call {
        let query = format!(
            "response_type=code&client_id=demo&redirect_uri={CALLBACK}&scope=openid%20accounts&state=s\
             &code_challenge={CHALLENGE}&code_challenge_method=S256&login_hint=alice"
        );
        let path = format!("/plain/oauth/authorize?{query}");
        let login = Call { method: "GET", path, headers: String::new(), body: String::new(), token: None };
        let answer = self.answer(self.address, &login);
        let (_, after) = answer.split_once("code=").unwrap_or_else(|| panic!("no code came: {answer}"));
        let code = after.split(['&', '\r']).next().unwrap();
        let form =
            format!("grant_type=authorization_code&code={code}&redirect_uri={CALLBACK}&code_verifier={VERIFIER}");
        let tokens: Value = serde_json::from_str(&self.once(&self.post("/plain/oauth/token", form))).unwrap();
        let token = tokens["access_token"].as_str().unwrap().to_owned();
        let scheme = if self.shows == Shows::Key { "DPoP" } else { "Bearer" };
        let headers = format!("Authorization: {scheme} {token}\r\n");
        Call { method: "GET", path: "/plain/accounts".to_owned(), headers, body: String::new(), token: Some(token) }
    }

    fn post(&self, path: &str, form: String) -> Call {
        let headers = "Content-Type: application/x-www-form-urlencoded\r\n".to_owned();
        let body = format!("{form}&client_id=demo&client_secret=demo-secret");
        Call { method: "POST", path: path.to_owned(), headers, body, token: None }
    }

    /// The bytes of one call, proof included.
    fn bytes(&self, call: &Call, number: usize) -> Vec<u8> {
        let authority = self.base_url.split_once("://").unwrap().1;
        let proof =
            if self.shows == Shows::Key { format!("DPoP: {}\r\n", self.proof(call, number)) } else { String::new() };
        format!(
            "{} {} HTTP/1.1\r\nHost: {authority}\r\nContent-Length: {}\r\n{}{proof}\r\n{}",
            call.method,
            call.path,
            call.body.len(),
            call.headers,
            call.body
        )
        .into_bytes()
    }

    fn proof(&self, call: &Call, number: usize) -> String {
        let encoded = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        let point = self.key.public_key().as_ref();
        let (x, y) = (encoded(&point[1..33]), encoded(&point[33..]));
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        let ath = call
            .token
            .as_ref()
            .map(|token| format!(r#","ath":"{}""#, encoded(digest(&SHA256, token.as_bytes()).as_ref())));
        let header =
            format!(r#"{{"typ":"dpop+jwt","alg":"ES256","jwk":{{"kty":"EC","crv":"P-256","x":"{x}","y":"{y}"}}}}"#);
        let claims = format!(
            r#"{{"jti":"{}-{number}","htm":"{}","htu":"{}{}","iat":{}{}}}"#,
            now.as_nanos(),
            call.method,
            self.base_url,
            call.path,
            now.as_secs(),
            ath.unwrap_or_default()
        );
        let signed = format!("{}.{}", encoded(header.as_bytes()), encoded(claims.as_bytes()));
        let signature = self.key.sign(&SystemRandom::new(), signed.as_bytes()).unwrap();
        format!("{signed}.{}", encoded(signature.as_ref()))
    }

    fn connect(&self, address: SocketAddr) -> Box<dyn Talk> {
        let tcp = TcpStream::connect(address).unwrap();
        tcp.set_nodelay(true).unwrap();
        match &self.tls {
            None => Box::new(tcp),
            Some(config) => {
                let name = ServerName::try_from("localhost").unwrap();
                Box::new(StreamOwned::new(ClientConnection::new(Arc::clone(config), name).unwrap(), tcp))
            }
        }
    }

    /// The whole answer to one call.
    fn answer(&self, address: SocketAddr, call: &Call) -> String {
        let mut stream = self.connect(address);
        stream.write_all(&self.bytes(call, 0)).unwrap();
        let mut buffer = vec![0; 64 * 1024];
        let mut filled = 0;
        loop {
            filled += stream.read(&mut buffer[filled..]).unwrap();
            let text = String::from_utf8_lossy(&buffer[..filled]).into_owned();
            let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
            let length = head
                .lines()
                .find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse::<usize>().ok());
            if body.len() >= length.unwrap_or(0) {
                return text;
            }
        }
    }

    /// The body of an answer that has to be good.
    fn once(&self, call: &Call) -> String {
        let answer = self.answer(self.address, call);
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        answer.split_once("\r\n\r\n").unwrap().1.to_owned()
    }

    /// Answers per second.
    fn rate(&self, address: SocketAddr, call: &Call, body: usize) -> f64 {
        let signed = |connection: usize| (0..CALLS).map(move |number| connection * CALLS + number);
        let prepared: Vec<Vec<Vec<u8>>> = (0..CONNECTIONS)
            .map(|connection| signed(connection).map(|number| self.bytes(call, number)).collect())
            .collect();
        let mut streams: Vec<Box<dyn Talk>> = (0..CONNECTIONS).map(|_| self.connect(address)).collect();
        let began = Instant::now();
        std::thread::scope(|scope| {
            for (stream, calls) in streams.iter_mut().zip(&prepared) {
                scope.spawn(move || calls.iter().for_each(|call| ask(stream.as_mut(), call, body)));
            }
        });
        (CONNECTIONS * CALLS) as f64 / began.elapsed().as_secs_f64()
    }

    /// A handler that does nothing but send the body.
    async fn bare(&self, body: String) -> SocketAddr {
        let handler = move |request: axum::body::Bytes| {
            let body = body.clone();
            async move {
                drop(request);
                ([(CONTENT_TYPE, "application/json")], body)
            }
        };
        let router = Router::new().fallback(any(handler));
        let tcp = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = tcp.local_addr().unwrap();
        match &self.server {
            None => tokio::spawn(async move { axum::serve(tcp, router).await.unwrap() }),
            Some(config) => {
                let listener = Secure { tcp, acceptor: TlsAcceptor::from(Arc::clone(config)) };
                tokio::spawn(async move { axum::serve(listener, router).await.unwrap() })
            }
        };
        address
    }
}

/// Sends one call and reads its answer.
fn ask(stream: &mut dyn Talk, call: &[u8], body: usize) {
    stream.write_all(call).unwrap();
    let mut buffer = vec![0; body + 8192];
    let mut filled = 0;
    loop {
        filled += stream.read(&mut buffer[filled..]).unwrap();
        let Some(head) = buffer[..filled].windows(4).position(|four| four == b"\r\n\r\n") else { continue };
        let text = String::from_utf8_lossy(&buffer[..head]);
        assert!(text.starts_with("HTTP/1.1 200"), "{}", String::from_utf8_lossy(&buffer[..filled]));
        let length = text
            .lines()
            .find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse::<usize>().ok());
        while filled < head + 4 + length.unwrap() {
            filled += stream.read(&mut buffer[filled..]).unwrap();
        }
        return;
    }
}

trait Talk: Read + Write + Send {}

impl<T: Read + Write + Send> Talk for T {}

/// A client with a certificate of the sandbox's authority that trusts both sides, and what the bare side serves with.
fn secure_sides(running: &Running) -> (Option<Arc<ClientConfig>>, Option<Arc<ServerConfig>>) {
    let secure = running.tls.as_ref().unwrap();
    let bundle = secure.bundle(&BundleOrder::default()).unwrap();
    let bare = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(secure.ca_pem.as_bytes()).unwrap()).unwrap();
    roots.add(bare.cert.der().clone()).unwrap();
    let own = CertificateDer::from_pem_slice(bundle.transport.certificate_pem().as_bytes()).unwrap();
    let key = PrivateKeyDer::from_pem_slice(bundle.transport.key_pem().as_bytes()).unwrap();
    let provider = Arc::new(tokio_rustls::rustls::crypto::aws_lc_rs::default_provider());
    let client =
        ClientConfig::builder_with_provider(Arc::clone(&provider)).with_safe_default_protocol_versions().unwrap();
    let client = client.with_root_certificates(roots).with_client_auth_cert(vec![own], key).unwrap();
    let key = PrivatePkcs8KeyDer::from(bare.signing_key.serialize_der()).into();
    let server = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let server = server.with_no_client_auth().with_single_cert(vec![bare.cert.der().clone()], key).unwrap();
    (Some(Arc::new(client)), Some(Arc::new(server)))
}

/// A bare listener inside TLS.
struct Secure {
    tcp: tokio::net::TcpListener,
    acceptor: TlsAcceptor,
}

impl axum::serve::Listener for Secure {
    type Io = tokio_rustls::server::TlsStream<tokio::net::TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        loop {
            let Ok((tcp, address)) = self.tcp.accept().await else { continue };
            if let Ok(stream) = self.acceptor.accept(tcp).await {
                return (stream, address);
            }
        }
    }

    fn local_addr(&self) -> std::io::Result<Self::Addr> {
        self.tcp.local_addr()
    }
}
