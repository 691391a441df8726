//! An address at which a client can tell the harness what it could not do, while it runs.
//!
//! Owns the listener and what was posted; what it means is read elsewhere.

use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::StatusCode;
use axum::routing::post;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// An event may have this many bytes.
const MOST_EVENT_BYTES: usize = 1 << 20;
/// A client that posts more events than this in one step is not listened to any further.
const MOST_EVENTS: usize = 10_000;

/// Listens until it is dropped.
#[derive(Debug)]
pub(crate) struct Events {
    port: u16,
    posted: Posted,
    serving: JoinHandle<()>,
}

type Posted = Arc<Mutex<Vec<String>>>;

impl Events {
    /// Listens at a free port of this machine.
    ///
    /// # Errors
    /// There is none.
    pub(crate) async fn open() -> std::io::Result<Events> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let port = listener.local_addr()?.port();
        let posted = Posted::default();
        let router = Router::new().route("/events", post(take)).layer(DefaultBodyLimit::max(MOST_EVENT_BYTES));
        let router = router.with_state(Arc::clone(&posted));
        let serving = tokio::spawn(async move {
            // It ends when it is aborted; until then there is nothing that could fail for good.
            let _ = axum::serve(listener, router).await;
        });
        Ok(Events { port, posted, serving })
    }

    /// Where events go.
    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}/events", self.port)
    }

    /// What was posted since this was asked last, in order.
    pub(crate) fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.posted.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Drop for Events {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn take(State(posted): State<Posted>, body: String) -> StatusCode {
    let mut posted = posted.lock().unwrap_or_else(PoisonError::into_inner);
    if posted.len() >= MOST_EVENTS {
        return StatusCode::TOO_MANY_REQUESTS;
    }
    posted.push(body);
    StatusCode::NO_CONTENT
}
