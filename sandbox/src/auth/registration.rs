//! Clients that registered themselves (RFC 7591, RFC 7592): what they said of themselves, and the tokens by which they may
//! change it.

use std::collections::HashMap;

use jiff::Timestamp;
use parking_lot::Mutex;
use serde_json::{Map, Value};

use crate::auth::mint::{Digest, same_secret, sha256};

/// One client's registration.
#[derive(Debug, Clone)]
pub(crate) struct Registration {
    /// When it registered.
    pub(crate) issued_at: Timestamp,
    /// What is registered, as members of client metadata.
    pub(crate) metadata: Map<String, Value>,
    /// Hash of the registration access token in force.
    pub(crate) token: Digest,
}

/// The registrations at one bank.
#[derive(Debug, Default)]
pub(crate) struct Registrations(Mutex<HashMap<String, Registration>>);

/// Most clients that may register themselves at one bank.
pub(crate) const MAX_REGISTRATIONS: usize = 10_000;

impl Registrations {
    /// Registrations of their own, the same.
    pub(crate) fn fork(&self) -> Registrations {
        Registrations(Mutex::new(self.0.lock().clone()))
    }

    /// `true` if nobody registered.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.lock().is_empty()
    }

    /// `true` if there is room for one more.
    pub(crate) fn has_room(&self) -> bool {
        self.0.lock().len() < MAX_REGISTRATIONS
    }

    /// Keeps one, in place of what there was.
    pub(crate) fn keep(&self, client_id: &str, registration: Registration) {
        self.0.lock().insert(client_id.to_owned(), registration);
    }

    /// The registration of a client, if this is the token for it. An old token, one of another client and one of nobody
    /// are the same.
    pub(crate) fn opened_by(&self, client_id: &str, token: &str) -> Option<Registration> {
        let registrations = self.0.lock();
        let found = registrations.get(client_id)?;
        // Hashes are compared as texts, in a time that tells nothing.
        let text = |digest: &Digest| digest.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        same_secret(&text(&found.token), &text(&sha256(token.as_bytes()))).then(|| found.clone())
    }

    /// Forgets one.
    pub(crate) fn forget(&self, client_id: &str) {
        self.0.lock().remove(client_id);
    }

    /// A list of texts a client registered under this name; `None` if it registered nothing, or nothing of the kind.
    pub(crate) fn texts(&self, client_id: &str, member: &str) -> Option<Vec<String>> {
        let registrations = self.0.lock();
        let list = registrations.get(client_id)?.metadata.get(member)?.as_array()?;
        Some(list.iter().filter_map(Value::as_str).map(str::to_owned).collect())
    }

    /// A text a client registered under this name.
    pub(crate) fn text(&self, client_id: &str, member: &str) -> Option<String> {
        let registrations = self.0.lock();
        registrations.get(client_id)?.metadata.get(member)?.as_str().map(str::to_owned)
    }
}
