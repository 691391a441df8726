//! Keys that clients publish themselves (`jwks_uri`, RFC 7591 2): when they are fetched, and what becomes of an answer.
//!
//! Owns who has to be asked before a request can be judged: the client whose JWT or certificate no key at hand fits, and
//! not twice in a minute of the world's time, so that wrong signatures do not become calls. Opens no connection: the world
//! does.

use std::collections::HashMap;
use std::time::Duration;

use jiff::Timestamp;
use parking_lot::Mutex;
use serde_json::Value;

use crate::auth::AuthServer;
use crate::auth::client::{AuthMethod, Client};
use crate::auth::client_keys::ClientKeys;
use crate::auth::endpoint::register::keys_of;
use crate::auth::form::Form;
use crate::auth::grant::after;
use crate::auth::step::PRIVATE_MEMBERS;
use crate::exchange::Request;
use crate::operation::Operation;

/// The member of client metadata.
pub(crate) const MEMBER: &str = "jwks_uri";
/// Parameters that hold what a client signed.
const SIGNED: &[&str] = &["client_assertion", "request", "login_hint_token"];
/// How long nobody asks again.
const PAUSE: Duration = Duration::from_secs(60);

/// When the keys of each client were asked for last.
#[derive(Debug, Default)]
pub(crate) struct RemoteKeys(Mutex<HashMap<String, Timestamp>>);

/// Keys to be fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct KeysOrder {
    /// Whose.
    pub(crate) client_id: String,
    /// From where.
    pub(crate) url: String,
}

impl RemoteKeys {
    /// The same, for a copy of the bank.
    pub(crate) fn fork(&self) -> RemoteKeys {
        RemoteKeys(Mutex::new(self.0.lock().clone()))
    }

    /// `true` if it is time to ask; then nobody else does for a while.
    fn claim(&self, client_id: &str, now: Timestamp) -> bool {
        let mut asked = self.0.lock();
        if asked.get(client_id).is_some_and(|last| after(*last, PAUSE) > now) {
            return false;
        }
        asked.insert(client_id.to_owned(), now);
        true
    }
}

impl AuthServer {
    /// The keys without which a request cannot be judged, if its client publishes them and they are not at hand.
    pub(crate) fn keys_wanted(&self, operation: Operation, request: &Request, now: Timestamp) -> Option<KeysOrder> {
        use Operation as O;
        let may_be_signed = matches!(
            operation,
            O::TokenIssue
                | O::TokenRefresh
                | O::TokenRevoke
                | O::TokenIntrospect
                | O::RequestPush
                | O::AuthorizeStart
                | O::BackchannelAuthorize
                | O::DeviceAuthorize
        );
        if !may_be_signed || self.registrations.is_empty() {
            return None;
        }
        let client_id = self.claimed_client_id(request)?;
        let url = self.registrations.text(&client_id, MEMBER)?;
        let client = self.clients.find(&client_id)?;
        (lacks_key(&client, request) && self.remote_keys.claim(&client_id, now)).then_some(KeysOrder { client_id, url })
    }

    /// Takes the keys a client published; an answer that is no set of public keys changes nothing.
    pub(crate) fn keys_came(&self, client_id: &str, body: &[u8]) {
        let Ok(set) = serde_json::from_slice::<Value>(body) else { return };
        let keys = set["keys"].as_array().map_or(&[][..], Vec::as_slice);
        let is_private = |key: &Value| PRIVATE_MEMBERS.iter().any(|member| key.get(*member).is_some());
        let read = keys_of(&set);
        if read.is_empty() || keys.iter().any(is_private) {
            return;
        }
        if let Some(client) = self.clients.find(client_id) {
            self.clients.put(Client { keys: ClientKeys::brought(read), ..Client::clone(&client) });
        }
    }
}

/// `true` if something in the request was signed with a key that is not at hand.
fn lacks_key(client: &Client, request: &Request) -> bool {
    if client.keys.public().is_empty() {
        return true;
    }
    let by_certificate = client.auth_methods.contains(&AuthMethod::SelfSignedTlsClientAuth);
    if by_certificate && request.certificate.as_ref().is_some_and(|shown| !shown.is_registered(client.keys.public())) {
        return true;
    }
    let forms = [request.query.as_bytes(), &request.body].map(|text| Form::parse(text).ok());
    let signed = forms.iter().flatten().flat_map(|form| SIGNED.iter().filter_map(|name| form.get(name)));
    let named = signed.filter_map(|jwt| jsonwebtoken::decode_header(jwt).ok()?.kid);
    let known = |kid: &String| client.keys.public().iter().any(|key| key.common.key_id.as_ref() == Some(kid));
    named.into_iter().any(|kid| !known(&kid))
}
