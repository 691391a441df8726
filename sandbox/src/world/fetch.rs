//! Fetching the keys that clients publish themselves.
//!
//! Owns the one attempt and its entry in the journal: what the bank asked, and what it got. Which keys are wanted is the
//! authorization server's to say.

use axum::http::{HeaderMap, HeaderValue, Method, header};
use bytes::Bytes;
use url::Url;

use super::{BankInstance, World};
use crate::clock;
use crate::exchange::Request;
use crate::journal::{Answered, Ending, Entry, Packed};
use crate::operation::Operation;
use crate::webhook::{self, Letter, Outcome};

impl World {
    /// Fetches what a request cannot be judged without, if anything. An attempt that fails leaves everything as it was: the
    /// request is refused as one that is signed by nobody known.
    pub(crate) async fn fetch_keys(&self, bank: &BankInstance, operation: Operation, request: &Request) {
        let Some(order) = bank.auth.keys_wanted(operation, request, self.clock.now()) else { return };
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT, HeaderValue::from_static("application/jwk-set+json, application/json"));
        let (virtual_at, started_ns) = (self.clock.now(), clock::monotonic_ns());
        let outcome = match Url::parse(&order.url) {
            Ok(url) if bank.webhooks.may_tell(&url) => {
                let letter = Letter { method: Method::GET, headers: headers.clone(), body: Bytes::new() };
                webhook::send(&url, letter).await
            }
            _ => Outcome::Forbidden,
        };
        let answer = match outcome {
            Outcome::Answered(answer) => {
                if answer.status.is_success() {
                    bank.auth.keys_came(&order.client_id, &answer.body);
                }
                let (headers, sent_bytes) = (Packed::of(&answer.headers), answer.body.len() as u64);
                Some(Answered { status: answer.status, headers, body: answer.body, sent_bytes })
            }
            _ => None,
        };
        let seq = self.journal().open();
        let entry = Entry {
            bank: Some(std::sync::Arc::clone(&bank.slug)),
            started_ns,
            decided_ns: started_ns,
            ended_ns: clock::monotonic_ns(),
            operation: Operation::KeysFetch,
            client_id: Some(order.client_id),
            ending: if answer.is_some() { Ending::Complete } else { Ending::ClientGone },
            answer,
            ..Entry::begun(Method::GET, order.url, Packed::of(&headers), virtual_at)
        };
        self.journal().close(seq, entry);
    }
}
