//! The control API of a sandbox, as far as a judge of clients needs it.
//!
//! Owns the requests and our own reading of `docs/control-api.md`. Knows nothing of how the sandbox does what it is asked.

use std::time::Duration;

use reqwest::{Method, Url};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::target_file::Connection;
use crate::journal::JournalError;

/// A control call may take this long: on a machine that does much else, the journal of a long case takes a while.
const LIMIT: Duration = Duration::from_secs(60);

/// A sandbox, by its control API.
#[derive(Debug, Clone)]
pub struct Control {
    base: Url,
    http: reqwest::Client,
    /// Base addresses of bank traffic inside TLS and inside mutual TLS.
    secure: Option<(String, String)>,
}

/// A world in it.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct World {
    /// Its name.
    pub(crate) name: String,
    /// Its banks.
    pub(crate) banks: Vec<WorldBank>,
}

/// A bank of a world.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct WorldBank {
    /// Its slug.
    pub(crate) slug: String,
    /// Where it is, without a trailing slash.
    pub(crate) base_url: String,
}

/// A test user.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct User {
    /// The name to log in with.
    pub(crate) username: String,
    /// What to log in with.
    #[serde(default)]
    pub(crate) password: String,
}

/// A registered client.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Registered {
    /// Its id.
    pub(crate) client_id: String,
    /// Its secret, if it has one.
    pub(crate) client_secret: Option<String>,
    /// Where the account holder may be sent back to.
    #[serde(default)]
    pub(crate) redirect_uris: Vec<String>,
}

/// A consent that is ready to use.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct ReadyConsent {
    /// The bank's id of it.
    pub(crate) consent_id: String,
    /// An access token.
    pub(crate) access_token: String,
    /// A refresh token.
    pub(crate) refresh_token: Option<String>,
    /// The accounts it covers.
    #[serde(default)]
    pub(crate) account_ids: Vec<String>,
}

/// What the journal counts, as far as we need it.
#[derive(Debug, Deserialize)]
struct Counters {
    open: u64,
}

/// What a client needs to speak TLS with a bank.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Certificates {
    /// The authority's certificate, PEM.
    pub(crate) ca_pem: String,
    /// The client's own.
    pub(crate) transport: Credential,
}

/// A certificate with its key.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Credential {
    /// PEM.
    pub(crate) certificate_pem: String,
    /// PEM, PKCS#8.
    pub(crate) private_key_pem: String,
}

/// Why a control call failed: never the fault of the client under judgement.
#[derive(Debug, thiserror::Error)]
pub enum ControlError {
    /// The address is none.
    #[error("`{0}` is not the address of a control API")]
    Address(String),
    /// The HTTP library could not be set up.
    #[error("the HTTP client could not be set up")]
    Http(#[source] reqwest::Error),
    /// No answer.
    #[error("the control API did not answer {method} {path}")]
    Unreachable {
        /// Method of the call.
        method: Method,
        /// Its path.
        path: String,
        /// What went wrong.
        #[source]
        source: reqwest::Error,
    },
    /// It refused.
    #[error("the control API answered {method} {path} with {status}: {body}")]
    Refused {
        /// Method of the call.
        method: Method,
        /// Its path.
        path: String,
        /// Status.
        status: u16,
        /// What it said, shortened.
        body: String,
    },
    /// Its answer is not what its documentation says.
    #[error("the answer of the control API to {path} cannot be read")]
    Answer {
        /// Path of the call.
        path: String,
        /// What is wrong.
        #[source]
        source: serde_json::Error,
    },
    /// Its journal is not journal v1.
    #[error(transparent)]
    Journal(#[from] JournalError),
}

impl Control {
    /// The control API at this address, for example `http://127.0.0.1:8081`.
    ///
    /// # Errors
    /// The text is no address, or the HTTP library could not be set up.
    pub fn new(base: &str) -> Result<Control, ControlError> {
        let wrong = || ControlError::Address(base.to_owned());
        let base = Url::parse(base).ok().filter(|url| !url.cannot_be_a_base()).ok_or_else(wrong)?;
        let http = reqwest::Client::builder()
            .no_proxy()
            .timeout(LIMIT)
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(ControlError::Http)?;
        Ok(Control { base, http, secure: None })
    }

    /// The same, of a sandbox whose banks are also at these addresses: inside TLS, and inside mutual TLS.
    #[must_use]
    pub fn also_at(self, secure: Option<(String, String)>) -> Control {
        Control { secure, ..self }
    }

    /// Where a bank is inside TLS, or inside mutual TLS; `None` if the sandbox has no such listeners.
    pub(crate) fn secure_address(&self, plain: &str, connection: Connection) -> Option<String> {
        let (tls, mutual) = self.secure.as_ref()?;
        let plain = Url::parse(plain).ok()?;
        let base = if connection == Connection::MutualTls { mutual } else { tls };
        Some(format!("{}{}", base.trim_end_matches('/'), plain.path()))
    }

    /// Certificate and key for a client, with the certificate of the authority behind the banks'.
    pub(crate) async fn certificates(&self, name: &str) -> Result<Certificates, ControlError> {
        self.json(Method::POST, &["certificates"], &[], Some(json!({"name": name}))).await
    }

    /// Makes a world; `consents` says who decides about consents there, where that is not left to its banks.
    pub(crate) async fn create_world(
        &self,
        seed: u64,
        scenario: &str,
        consents: Option<&str>,
    ) -> Result<World, ControlError> {
        let mut asked = json!({"seed": seed, "scenario": scenario});
        if let Some(consents) = consents {
            asked["consents"] = json!(consents);
        }
        self.json(Method::POST, &["worlds"], &[], Some(asked)).await
    }

    pub(crate) async fn delete_world(&self, world: &str) -> Result<(), ControlError> {
        self.text(Method::DELETE, &["worlds", world], &[], None).await.map(drop)
    }

    pub(crate) async fn users(&self, world: &str, bank: &str) -> Result<Vec<User>, ControlError> {
        self.json(Method::GET, &["worlds", world, "users"], &[("bank", bank)], None).await
    }

    pub(crate) async fn clients(&self, world: &str, bank: &str) -> Result<Vec<Registered>, ControlError> {
        self.json(Method::GET, &["worlds", world, "clients"], &[("bank", bank)], None).await
    }

    pub(crate) async fn consent(
        &self,
        world: &str,
        bank: &str,
        client_id: &str,
        username: &str,
    ) -> Result<ReadyConsent, ControlError> {
        let body = json!({"bank": bank, "client_id": client_id, "username": username});
        self.json(Method::POST, &["worlds", world, "consents"], &[], Some(body)).await
    }

    /// Has the bank tell a client what happens, at this address.
    pub(crate) async fn register_webhook(
        &self,
        world: &str,
        bank: &str,
        client_id: &str,
        url: &str,
        secret: &str,
    ) -> Result<(), ControlError> {
        let body = json!({"bank": bank, "client_id": client_id, "url": url, "secret": secret});
        self.text(Method::POST, &["worlds", world, "webhooks"], &[], Some(body)).await.map(drop)
    }

    /// Waits until every message on its way has been answered.
    pub(crate) async fn settle(&self, world: &str) -> Result<(), ControlError> {
        let body = json!({"by": "0s", "drain": true});
        self.text(Method::POST, &["worlds", world, "clock", "advance"], &[], Some(body)).await.map(drop)
    }

    /// The journal after an entry, as JSON lines.
    pub(crate) async fn journal(&self, world: &str, since: u64) -> Result<String, ControlError> {
        self.text(Method::GET, &["worlds", world, "journal"], &[("since", &since.to_string())], None).await
    }

    /// How many exchanges go on.
    pub(crate) async fn open_exchanges(&self, world: &str) -> Result<u64, ControlError> {
        let counters: Counters = self.json(Method::GET, &["worlds", world, "journal", "counters"], &[], None).await?;
        Ok(counters.open)
    }

    /// The truth as text: canonical v1.
    pub(crate) async fn oracle(&self, world: &str, bank: &str, consent: &str) -> Result<String, ControlError> {
        self.text(Method::GET, &["worlds", world, "oracle"], &[("bank", bank), ("consent", consent)], None).await
    }

    async fn json<T: DeserializeOwned>(
        &self,
        method: Method,
        segments: &[&str],
        query: &[(&str, &str)],
        body: Option<Value>,
    ) -> Result<T, ControlError> {
        let text = self.text(method, segments, query, body).await?;
        serde_json::from_str(&text).map_err(|source| ControlError::Answer { path: segments.join("/"), source })
    }

    async fn text(
        &self,
        method: Method,
        segments: &[&str],
        query: &[(&str, &str)],
        body: Option<Value>,
    ) -> Result<String, ControlError> {
        let mut url = self.base.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().push("v1").extend(segments);
        }
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        let path = url.path().to_owned();
        let unreachable = |source| ControlError::Unreachable { method: method.clone(), path: path.clone(), source };
        let mut request = self.http.request(method.clone(), url);
        if let Some(body) = body {
            request = request.json(&body);
        }
        let response = request.send().await.map_err(unreachable)?;
        let status = response.status();
        let text = response.text().await.map_err(unreachable)?;
        if status.is_success() {
            return Ok(text);
        }
        let body = text.chars().take(400).collect();
        Err(ControlError::Refused { method, path, status: status.as_u16(), body })
    }
}
