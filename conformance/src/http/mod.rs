//! HTTP as a judge needs it: nothing followed, nothing retried, everything captured.
//!
//! Owns the sending of requests and the capture of every exchange. What is asked and answered is `message`'s, the connection
//! `network`'s, the secrets that no evidence shows `evidence`'s. The only module that opens a connection. Knows nothing of banks.

mod evidence;
mod message;
mod network;

pub use message::{HttpError, RawReply, Reply, Request};
pub use network::{ClientCertificate, Network, TrustAnchors};

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use futures_util::future::BoxFuture;

use self::evidence::captured;

/// Why a transport has no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TransportError {
    /// Not connected.
    Unreachable(String),
    /// Connected, no head of an answer.
    NoAnswer(String),
}

/// Carries one request to a bank and its answer back.
pub trait Transport: Send + Sync {
    /// Sends once: no redirect followed, no retry.
    fn send<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Result<RawReply, TransportError>>;
}

/// Sends requests and captures every exchange.
#[derive(Clone)]
pub struct Http {
    transport: Arc<dyn Transport>,
    sent: Arc<AtomicU64>,
}

impl Http {
    /// Sends through a transport.
    pub fn over(transport: Arc<dyn Transport>) -> Http {
        Http { transport, sent: Arc::new(AtomicU64::new(0)) }
    }

    /// Sends one request once.
    ///
    /// # Errors
    /// When no whole answer came.
    pub async fn send(&self, request: Request) -> Result<Reply, HttpError> {
        let number = self.sent.fetch_add(1, Ordering::Relaxed) + 1;
        match self.transport.send(&request).await {
            Ok(raw) => {
                let exchange = Arc::new(captured(number, &request, Some(&raw), raw.cut.clone()));
                if raw.cut.is_some() { Err(HttpError::Cut { exchange }) } else { Ok(Reply { exchange, raw }) }
            }
            Err(TransportError::Unreachable(why)) => {
                Err(HttpError::Unreachable { exchange: Arc::new(captured(number, &request, None, Some(why))) })
            }
            Err(TransportError::NoAnswer(why)) => {
                Err(HttpError::Cut { exchange: Arc::new(captured(number, &request, None, Some(why))) })
            }
        }
    }
}

impl std::fmt::Debug for Http {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Http").field("sent", &self.sent).finish_non_exhaustive()
    }
}
