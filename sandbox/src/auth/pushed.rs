//! Authorization requests that clients pushed ahead of the browser (RFC 9126).
//!
//! A reference stays good while the account holder's browser loads it, however often; the end of the journey uses it up.

use std::time::Duration;

use jiff::Timestamp;
use parking_lot::Mutex;

use crate::auth::form::Form;
use crate::auth::grant::after;
use crate::auth::mint::{Kind, Mint};
use crate::auth::shelf::Shelf;

/// What every reference of ours begins with (RFC 9126 2.2).
pub(crate) const URN: &str = "urn:ietf:params:oauth:request_uri:";

/// Seconds a reference is good for; FAPI 2.0 5.3.2.2 wants less than 600.
pub(crate) const LIFETIME: Duration = Duration::from_secs(90);
/// Used and expired references are told from unknown ones for a while.
const MEMORY: Duration = Duration::from_secs(3600);
const MAX_PUSHED: usize = 20_000;

/// A request as it was pushed, in the form its client is held to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pushed {
    pub(crate) client_id: String,
    pub(crate) parameters: Form,
    /// `true` if they came in a signed request object.
    pub(crate) signed: bool,
    /// Thumbprint of the DPoP key it was pushed with.
    pub(crate) key: Option<String>,
    pub(crate) expires_at: Timestamp,
    pub(crate) used: bool,
}

/// The requests pushed to one bank.
#[derive(Debug)]
pub(crate) struct PushedRequests(Mutex<Shelf<String, Pushed>>);

impl PushedRequests {
    pub(crate) fn new() -> PushedRequests {
        PushedRequests(Mutex::new(Shelf::new(MAX_PUSHED)))
    }

    pub(crate) fn fork(&self) -> PushedRequests {
        PushedRequests(Mutex::new(self.0.lock().clone()))
    }

    /// Keeps a request and returns its reference.
    pub(crate) fn keep(&self, pushed: Pushed, mint: &Mint, now: Timestamp) -> String {
        let uri = format!("{URN}{}", mint.next(Kind::RequestUri, &pushed.client_id));
        let forget_at = after(pushed.expires_at, MEMORY);
        self.0.lock().insert(uri.clone(), pushed, forget_at, now);
        uri
    }

    pub(crate) fn find(&self, uri: &str) -> Option<Pushed> {
        self.0.lock().get(&uri.to_owned()).cloned()
    }

    /// Uses a reference up; `false` if it was used up before, by the same request in another tab.
    pub(crate) fn finish(&self, uri: &str) -> bool {
        let mut pushed = self.0.lock();
        pushed.get_mut(&uri.to_owned()).is_some_and(|pushed| !std::mem::replace(&mut pushed.used, true))
    }
}
