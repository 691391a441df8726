//! A bank as a target: where it is, who we are there, and how consent is obtained.
//!
//! Owns the settings; a `BankTarget` that exists can be tried. Knows nothing of checks.

use std::sync::Arc;

use futures_util::future::BoxFuture;

use crate::dialect::Dialect;
use crate::http::{ClientCertificate, Http, HttpError, Network, Request, TrustAnchors};
use crate::probe::BankProbe;
use crate::runner::PrepareBank;

/// How many days of history are read when nobody says: more than a year, so that yearly entries occur.
pub const HISTORY_DAYS: u16 = 400;

/// A bank to judge.
#[derive(Debug, Clone)]
pub struct BankTarget {
    /// Name in reports.
    pub name: String,
    /// Base address of the bank's API, without a trailing slash.
    pub base_url: String,
    /// The standard it speaks.
    pub dialect: &'static dyn Dialect,
    /// Issuer of its authorization server; usually the base address.
    pub issuer: String,
    /// Our registration there, if we have one.
    pub client: Option<Registration>,
    /// Authorities we trust besides those of this machine.
    pub anchors: Option<TrustAnchors>,
    /// A second registration of ours there: what belongs to one client must be closed to another.
    pub other_client: Option<Registration>,
    /// How the account holder's consent is obtained.
    pub consent: ConsentRoute,
    /// The control API, if the bank is a sandbox.
    pub control: Option<Control>,
    /// Whether small payment orders may be sent.
    pub payments: Permission,
    /// Whether it may be called until it refuses.
    pub bursts: Permission,
    /// How many days of history are read.
    pub history_days: u16,
    /// Seed of every random value sent (states, keys, verifiers).
    pub seed: u64,
}

/// A registered client.
#[derive(Debug, Clone)]
pub struct Registration {
    /// Client id.
    pub client_id: String,
    /// How it proves who it is.
    pub auth: ClientAuth,
    /// How its tokens are bound to it.
    pub sender: Sender,
    /// A registered redirect address.
    pub redirect_uri: String,
    /// What it shows of itself in TLS handshakes.
    pub certificate: Option<ClientCertificate>,
    /// The name under which it signs messages (UK Open Banking, Message Signing: `iss`); without one it signs none.
    pub message_issuer: Option<String>,
}

/// How tokens are bound to the client they were given to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sender {
    /// Not at all: whoever has one can use it (RFC 6750).
    #[default]
    Bearer,
    /// To a key the client proves to have with each request (RFC 9449).
    Dpop,
}

/// How a client proves who it is at the token endpoint.
#[derive(Clone)]
pub enum ClientAuth {
    /// Secret in the `Authorization` header (RFC 6749 §2.3.1).
    SecretBasic(String),
    /// Secret in the form.
    SecretPost(String),
    /// A signed assertion (RFC 7523).
    PrivateKeyJwt(Arc<SigningKey>),
    /// A public client: PKCE alone.
    None,
}

/// A key that signs client assertions.
pub struct SigningKey {
    /// The private key.
    pub key: jsonwebtoken::EncodingKey,
    /// Algorithm: ES256, PS256 or EdDSA.
    pub algorithm: jsonwebtoken::Algorithm,
    /// Key id in the client's key set.
    pub key_id: Option<String>,
}

/// How the account holder's consent is obtained.
#[derive(Clone)]
pub enum ConsentRoute {
    /// The account holder logs in: by `login_hint` where the bank decides at once, else through its pages.
    Login {
        /// Name to log in with.
        username: String,
        /// Password to log in with.
        password: String,
    },
    /// Tokens obtained elsewhere.
    Ready {
        /// A valid access token.
        access_token: String,
    },
}

/// The control API of a sandbox.
#[derive(Debug, Clone)]
pub struct Control {
    /// Base address.
    pub url: String,
    /// The world the bank belongs to.
    pub world: String,
}

/// Whether a target allows what costs money or annoys its owner. Checks that need it are skipped where it is withheld.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Permission {
    /// Allowed: neither the money nor the machine is somebody's.
    Granted,
    /// Not allowed.
    Withheld,
}

impl BankTarget {
    /// The bank behind this description, over this HTTP client.
    pub fn probe(&self, http: Http) -> BankProbe {
        BankProbe::new(self.clone(), http)
    }
}

impl PrepareBank for BankTarget {
    fn prepare(&self) -> BoxFuture<'_, Result<BankProbe, String>> {
        Box::pin(async {
            let certificate = self.client.as_ref().and_then(|client| client.certificate.as_ref());
            let http = Http::over(Arc::new(Network::with(self.anchors.as_ref(), certificate)?));
            // Where nobody listens, one sentence says so; any answer, or none, is for the checks to judge.
            if let Err(HttpError::Unreachable { exchange }) = http.send(Request::get(&self.base_url)).await {
                return Err(format!("nobody answers at `base_url`: {exchange}"));
            }
            Ok(self.probe(http))
        })
    }
}

impl std::fmt::Debug for ClientAuth {
    /// The method without the secret.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            ClientAuth::SecretBasic(_) => "client_secret_basic",
            ClientAuth::SecretPost(_) => "client_secret_post",
            ClientAuth::PrivateKeyJwt(_) => "private_key_jwt",
            ClientAuth::None => "none",
        })
    }
}

impl std::fmt::Debug for ConsentRoute {
    /// The way without the secret.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            ConsentRoute::Login { username, .. } => write!(f, "login as {username}"),
            ConsentRoute::Ready { .. } => f.write_str("ready token"),
        }
    }
}
