//! What comes of a request: an answer, or one of the ways of not answering.
//!
//! Owns how a silence is kept and how it ends. Knows nothing of why one was chosen.

use std::time::Duration;

use bytes::Bytes;

use crate::exchange::Reply;
use crate::fault::{Close, Rewrite, Scene, Wire};
use crate::journal;
use crate::wire::{Link, Torn, When};
use crate::world::World;

/// What the layers make of a request.
pub(super) enum Outcome {
    /// An answer, and how its bytes go out.
    Reply(Reply, Option<Wire>),
    /// No answer.
    Silence(Silence),
}

/// The ways of not answering.
#[derive(Debug, Clone)]
pub(super) enum Silence {
    /// Hold the connection this long (for ever if `None`), then close it.
    Hang(Option<Duration>),
    /// End the connection, or over HTTP/2 the stream.
    Close(Close),
    /// These bytes, which are no answer, then the end of the connection.
    Garbage(Bytes),
    /// The client left while it was made to wait.
    Left,
}

impl Outcome {
    /// The same with the scenario's changes of the answer, sent as it says.
    pub(super) fn rewritten(self, rewrites: &[Rewrite], scene: &Scene<'_>, wire: Option<Wire>) -> Outcome {
        match self {
            Outcome::Reply(mut reply, _) => {
                rewrites.iter().for_each(|rewrite| rewrite.apply(&mut reply, scene));
                Outcome::Reply(reply, wire)
            }
            silence => silence,
        }
    }
}

impl Silence {
    pub(super) fn ending(&self, link: &Link) -> journal::Ending {
        match self {
            Silence::Hang(_) => journal::Ending::Hung,
            Silence::Close(close) => journal::Ending::of(close.over(link.is_http2())),
            Silence::Garbage(_) => journal::Ending::Garbage,
            Silence::Left => journal::Ending::ClientGone,
        }
    }

    /// Returns if only the stream ends; else never: ends the connection, which drops everything on it.
    pub(super) async fn keep(self, link: &Link, world: &World) -> Torn {
        let (close, parting) = match self {
            Silence::Close(close) => (close, Bytes::new()),
            Silence::Garbage(bytes) => (Close::Fin, bytes),
            Silence::Left => (Close::Fin, Bytes::new()),
            Silence::Hang(limit) => {
                let over = async {
                    match limit {
                        Some(limit) => world.delay(limit).await,
                        None => std::future::pending().await,
                    }
                };
                tokio::select! {
                    () = over => {}
                    () = link.client_left() => {}
                }
                (Close::TRUNCATED, Bytes::new())
            }
        };
        match close.over(link.is_http2()) {
            Close::Stream { code, .. } => Torn::with(code),
            close => {
                link.end(close, parting, When::Now);
                std::future::pending().await
            }
        }
    }
}

/// Waits; `false` if the client left meanwhile.
pub(super) async fn wait(duration: Duration, link: &Link, world: &World) -> bool {
    if duration.is_zero() {
        return true;
    }
    tokio::select! {
        () = world.delay(duration) => true,
        () = link.client_left() => false,
    }
}
