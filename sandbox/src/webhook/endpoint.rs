//! Where a bank's messages go: one address per registration, checked when it is made.

use std::sync::Arc;

use bank_fixtures::seed::Seed;
use jiff::Timestamp;
use parking_lot::RwLock;
use url::{Host, Url};

use super::mailbox::Mailboxes;

/// Kinds of messages a bank sends by itself, with one line each.
pub const KINDS: &[(&str, &str)] = &[
    ("payment.status", "a payment of the client's changed its status"),
    ("consent.status", "a consent given to the client changed its status"),
    ("transaction.posted", "an entry was booked on an account the client may read"),
];

/// Most endpoints of one client.
const MOST_OF_CLIENT: usize = 10;
/// Longest address and secret.
const LONGEST_CHARS: usize = 500;

/// A registered endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// Its id.
    pub id: String,
    /// The client that gets the messages.
    pub client_id: String,
    /// Where.
    pub url: Url,
    /// What signs them.
    pub secret: String,
    /// Kinds it wants; empty for all.
    pub kinds: Vec<String>,
    /// Since when.
    pub created_at: Timestamp,
}

/// What is needed to register an endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEndpoint {
    /// The client that gets the messages.
    pub client_id: String,
    /// Where.
    pub url: String,
    /// What signs them; made up if absent.
    pub secret: Option<String>,
    /// Kinds it wants; empty for all.
    pub kinds: Vec<String>,
}

/// Why an endpoint is not registered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EndpointError {
    /// The address is none.
    #[error("`{0}` is no address for webhooks: write http://HOST:PORT/PATH")]
    Url(String),
    /// The address is outside.
    #[error(
        "webhooks do not go to `{0}`: only to this machine, unless the sandbox was started with --webhook-allow {0}"
    )]
    Host(String),
    /// No message is of this kind.
    #[error("`{0}` is no kind of message; there is payment.status, consent.status, transaction.posted")]
    Kind(String),
    /// The secret is empty or too long.
    #[error("a secret has 1 to {LONGEST_CHARS} characters")]
    Secret,
    /// The client has too many.
    #[error("a client has at most {MOST_OF_CLIENT} webhooks; delete one first")]
    TooMany,
}

/// The endpoints of one bank.
#[derive(Debug, Default)]
pub struct Endpoints {
    state: RwLock<State>,
    /// Hosts outside this machine that may be told.
    allowed: Arc<[String]>,
    mailboxes: Mailboxes,
}

#[derive(Debug, Clone, Default)]
struct State {
    list: Vec<Arc<Endpoint>>,
    made: u64,
}

impl Endpoints {
    /// No endpoints yet; besides this machine, these hosts may be told.
    pub fn new(allowed: Arc<[String]>) -> Endpoints {
        Endpoints { allowed, ..Endpoints::default() }
    }

    /// The same endpoints, for a copy of the bank.
    #[must_use]
    pub(crate) fn fork(&self) -> Endpoints {
        let state = RwLock::new(self.state.read().clone());
        Endpoints { state, allowed: Arc::clone(&self.allowed), mailboxes: self.mailboxes.fork() }
    }

    /// Registers an endpoint. `seed` is the bank's.
    ///
    /// # Errors
    /// Something it asks for is not legal.
    pub fn add(&self, asked: NewEndpoint, seed: Seed, now: Timestamp) -> Result<Arc<Endpoint>, EndpointError> {
        let read = self.read(&asked)?;
        let NewEndpoint { client_id, secret, kinds, .. } = asked;
        let mut state = self.state.write();
        if state.list.iter().filter(|endpoint| endpoint.client_id == client_id).count() >= MOST_OF_CLIENT {
            return Err(EndpointError::TooMany);
        }
        state.made += 1;
        let seed = seed.of("webhook").of(&client_id).at(state.made);
        let secret = secret.unwrap_or_else(|| format!("whsec_{}", seed.of("secret").hex(24)));
        let endpoint =
            Endpoint { id: format!("wh_{}", seed.hex(10)), client_id, url: read, secret, kinds, created_at: now };
        let endpoint = Arc::new(endpoint);
        state.list.push(Arc::clone(&endpoint));
        Ok(endpoint)
    }

    /// The address of an endpoint that could be registered, were it not for those there are.
    ///
    /// # Errors
    /// Something it asks for is not legal.
    pub(crate) fn read(&self, asked: &NewEndpoint) -> Result<Url, EndpointError> {
        let NewEndpoint { url, secret, kinds, .. } = asked;
        let illegal = || EndpointError::Url(url.chars().take(LONGEST_CHARS).collect());
        let read = Url::parse(url).ok().filter(|read| read.scheme() == "http" && url.len() <= LONGEST_CHARS);
        let read = read.filter(|read| read.username().is_empty() && read.password().is_none()).ok_or_else(illegal)?;
        if !self.may_tell(&read) {
            return Err(EndpointError::Host(read.host_str().unwrap_or_default().to_owned()));
        }
        if let Some(kind) = kinds.iter().find(|kind| KINDS.iter().all(|row| row.0 != kind.as_str())) {
            return Err(EndpointError::Kind(kind.clone()));
        }
        if secret.as_ref().is_some_and(|secret| secret.is_empty() || secret.len() > LONGEST_CHARS) {
            return Err(EndpointError::Secret);
        }
        Ok(read)
    }

    /// The endpoints of a client, oldest first.
    pub fn of_client(&self, client_id: &str) -> Vec<Arc<Endpoint>> {
        self.state.read().list.iter().filter(|endpoint| endpoint.client_id == client_id).cloned().collect()
    }

    /// Every endpoint, oldest first.
    pub fn all(&self) -> Vec<Arc<Endpoint>> {
        self.state.read().list.clone()
    }

    /// Removes an endpoint of a client; `false` if it has none of this id.
    pub fn remove(&self, client_id: &str, id: &str) -> bool {
        let mut state = self.state.write();
        let before = state.list.len();
        state.list.retain(|endpoint| endpoint.client_id != client_id || endpoint.id != id);
        state.list.len() < before
    }

    /// `true` if nobody is told anything.
    pub fn is_empty(&self) -> bool {
        self.state.read().list.is_empty() && self.mailboxes.is_empty()
    }

    /// The messages that wait until their client fetches them.
    pub(crate) fn mailboxes(&self) -> &Mailboxes {
        &self.mailboxes
    }

    /// `true` if messages may go to this address: to this machine, or to a host that was allowed.
    pub(crate) fn may_tell(&self, url: &Url) -> bool {
        let loopback = match url.host() {
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
            None => return false,
        };
        loopback || self.allowed.iter().any(|host| Some(host.as_str()) == url.host_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_outside_this_machine_must_be_allowed() {
        let endpoints = Endpoints::new(["hooks.test".to_owned()].into());
        let add = |url: &str| {
            let asked =
                NewEndpoint { client_id: "demo".to_owned(), url: url.to_owned(), secret: None, kinds: Vec::new() };
            endpoints.add(asked, Seed::new(1), Timestamp::UNIX_EPOCH).map(|endpoint| endpoint.id.clone())
        };
        for right in
            ["http://127.0.0.1:9/x", "http://[::1]:9", "http://localhost/", "http://a.localhost", "http://hooks.test/y"]
        {
            assert!(add(right).is_ok(), "{right}");
        }
        for outside in ["http://example.com/", "http://10.0.0.1/", "http://localhost.example.com"] {
            assert!(matches!(add(outside), Err(EndpointError::Host(_))), "{outside}");
        }
        for wrong in ["https://localhost/", "ftp://localhost", "localhost:80", "", "http://user@localhost"] {
            assert!(matches!(add(wrong), Err(EndpointError::Url(_))), "{wrong}");
        }
    }
}
