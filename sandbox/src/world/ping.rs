//! Telling clients that what they asked an account holder is decided (OpenID CIBA 10.2).
//!
//! Owns the one attempt and its entry in the journal. A client that misses it polls all the same.

use std::sync::Arc;

use axum::http::{HeaderMap, HeaderValue, Method, header};
use bytes::Bytes;
use url::Url;

use super::{BankInstance, World};
use crate::auth::Notice;
use crate::clock;
use crate::journal::{Answered, Ending, Entry, Packed};
use crate::operation::Operation;
use crate::webhook::{self, Letter, Outcome};

impl World {
    /// Tells whoever waits to be told. Cheap if nobody does.
    pub(super) fn ping(&self) {
        let waiting = self.banks().iter().filter(|bank| bank.auth.has_notices());
        // Without a runtime there is nobody to carry a message: they wait for the next time.
        let (Some(world), Ok(runtime)) = (self.this.upgrade(), tokio::runtime::Handle::try_current()) else { return };
        for bank in waiting {
            for (client_id, notice) in bank.auth.due_notices(self.clock.now()) {
                runtime.spawn(Arc::clone(&world).deliver(Arc::clone(bank), client_id, notice));
            }
        }
    }

    async fn deliver(self: Arc<World>, bank: Arc<BankInstance>, client_id: String, notice: Notice) {
        let body = Bytes::from(serde_json::json!({ "auth_req_id": notice.auth_req_id }).to_string());
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        if let Ok(bearer) = HeaderValue::from_str(&format!("Bearer {}", notice.token)) {
            headers.insert(header::AUTHORIZATION, bearer);
        }
        let (virtual_at, started_ns) = (self.clock.now(), clock::monotonic_ns());
        let outcome = match Url::parse(&notice.endpoint) {
            Ok(url) if bank.webhooks.may_tell(&url) => {
                let letter = Letter { method: Method::POST, headers: headers.clone(), body: body.clone() };
                webhook::send(&url, letter).await
            }
            _ => Outcome::Forbidden,
        };
        let answer = match outcome {
            Outcome::Answered(answer) => {
                let sent_bytes = answer.body.len() as u64;
                let headers = Packed::of(&answer.headers);
                Some(Answered { status: answer.status, headers, body: answer.body, sent_bytes })
            }
            _ => None,
        };
        let seq = self.journal().open();
        let entry = Entry {
            bank: Some(Arc::clone(&bank.slug)),
            started_ns,
            decided_ns: started_ns,
            ended_ns: clock::monotonic_ns(),
            operation: Operation::BackchannelPing,
            body,
            client_id: Some(client_id),
            ending: if answer.is_some() { Ending::Complete } else { Ending::ClientGone },
            answer,
            ..Entry::begun(Method::POST, notice.endpoint, Packed::of(&headers), virtual_at)
        };
        self.journal().close(seq, entry);
    }
}
