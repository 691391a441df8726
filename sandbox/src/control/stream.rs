//! The journal as it grows, as server-sent events.
//!
//! Owns the framing and the loop that follows a journal. An event's `id` is how many exchanges had ended with it, so a
//! reader that comes back with `Last-Event-ID` misses nothing that is still kept, and is told of what is not.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body::Frame;
use tokio::sync::mpsc;

use crate::journal::{Filter, Secrets, line};
use crate::world::World;

/// A comment goes out after so much silence, so that both sides notice when the other is gone.
const KEEP_ALIVE: Duration = Duration::from_secs(10);
/// Events on their way to a slow reader; the next ones wait in the journal.
const QUEUE: usize = 64;
/// Entries taken from the journal at a time.
const BATCH: usize = 64;

/// What a stream follows.
pub(super) struct Follower {
    pub(super) world: Arc<World>,
    pub(super) filter: Filter,
    pub(super) secrets: Secrets,
    /// How many exchanges the reader has seen end.
    pub(super) last: u64,
}

/// The body of a stream.
pub(super) struct Feed(mpsc::Receiver<Bytes>);

impl Feed {
    /// Begins to follow; ends when the reader leaves, or with the world.
    pub(super) fn follow(follower: Follower) -> Feed {
        let (sender, receiver) = mpsc::channel(QUEUE);
        tokio::spawn(follower.run(sender));
        Feed(receiver)
    }
}

impl Follower {
    async fn run(mut self, sender: mpsc::Sender<Bytes>) {
        // A first line at once: the reader knows that it is connected.
        if sender.send(Bytes::from_static(b": following\n\n")).await.is_err() {
            return;
        }
        loop {
            let found = self.world.journal().ended_after(self.last, BATCH, &self.filter);
            let silent = found.passed == self.last;
            if found.missed > 0 {
                let lost = format!("event: lost\nid: {}\ndata: {{\"count\":{}}}\n\n", found.passed, found.missed);
                if sender.send(lost.into()).await.is_err() {
                    return;
                }
            }
            for (ended, seq, entry) in found.entries {
                let data = line(self.world.name(), seq, &entry, self.secrets);
                let event = format!("event: exchange\nid: {ended}\ndata: {data}\n\n");
                if sender.send(event.into()).await.is_err() {
                    return;
                }
            }
            self.last = found.passed;
            if silent && self.world.journal().is_over() {
                // Reset, restored or removed: whoever comes back finds the journal of the next one.
                let _ = sender.send(Bytes::from_static(b"event: end\ndata: {}\n\n")).await;
                return;
            }
            if silent {
                tokio::select! {
                    () = self.world.journal().more_than(self.last, KEEP_ALIVE) => {}
                    () = sender.closed() => return,
                }
                let more = self.world.journal().ended_after(self.last, 1, &Filter::default()).passed > self.last;
                let quiet = !more && !self.world.journal().is_over();
                if quiet && sender.send(Bytes::from_static(b": still here\n\n")).await.is_err() {
                    return;
                }
            }
        }
    }
}

impl http_body::Body for Feed {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.0.poll_recv(context).map(|event| event.map(|bytes| Ok(Frame::data(bytes))))
    }
}
