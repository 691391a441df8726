//! The body of an answer on its way out.
//!
//! Owns how the bytes go: whole, in pieces, or cut off; and telling how far they got.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};

use super::link::{Link, OnFlush};
use crate::clock;
use crate::fault::{Close, Stall, Wire};

/// How far an answer got.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sent {
    /// All of it is on the socket.
    Whole,
    /// It was ended on purpose.
    Cut(Close),
    /// The client left, or its connection broke.
    Lost,
}

/// Learns how an answer ended. Called exactly once.
pub(crate) trait Delivery: Send {
    /// Everything was made and is with hyper: what the answer held back from others may be given back. Comes before the
    /// last byte reaches the client, so that the client's next call finds it given back.
    fn made(&mut self) {}

    /// `body_bytes` bytes of the body were handed over.
    fn ended(self: Box<Self>, sent: Sent, body_bytes: u64);
}

/// The body of an answer.
pub(crate) struct Answer {
    rest: Bytes,
    pace: Pace,
    link: Arc<Link>,
    yielded: u64,
    /// What the socket had taken when the answer began.
    mark: u64,
    delivery: Option<Box<dyn Delivery>>,
}

enum Pace {
    Whole,
    /// `cut` bytes of the promised length are still held back.
    Cut {
        close: Close,
        held: u64,
    },
    Drip {
        chunk: usize,
        every: Duration,
        stall: Option<StallAt>,
        wait: Option<Pin<Box<dyn Future<Output = bool> + Send>>>,
    },
}

/// A silence once so many bytes are left.
struct StallAt {
    left: usize,
    wait: Duration,
    then: Option<Close>,
}

impl Answer {
    /// A body that goes out as `wire` says; `delivery` learns how it ended.
    pub(crate) fn new(mut body: Bytes, wire: Option<Wire>, link: Arc<Link>, delivery: Box<dyn Delivery>) -> Answer {
        let pace = match wire {
            None => Pace::Whole,
            Some(Wire::Cut { share, close }) => {
                let length = body.len();
                let keep = ((length as f64 * share) as usize).min(length.saturating_sub(1));
                body.truncate(keep);
                Pace::Cut { close, held: (length - keep) as u64 }
            }
            Some(Wire::Drip { chunk, every, stall }) => {
                let left = |share: f64| body.len() - ((body.len() as f64 * share) as usize).min(body.len());
                let stall = stall.map(|Stall { share, wait, then }| StallAt { left: left(share), wait, then });
                Pace::Drip { chunk: chunk.max(1), every, stall, wait: None }
            }
        };
        let mark = link.written();
        Answer { rest: body, pace, link, yielded: 0, mark, delivery: Some(delivery) }
    }

    fn give(&mut self, bytes: usize) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let piece = self.rest.split_to(bytes);
        self.yielded += piece.len() as u64;
        Poll::Ready(Some(Ok(Frame::data(piece))))
    }
}

impl Body for Answer {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let this = &mut *self;
        let all = this.rest.len();
        if this.is_end_stream() {
            return Poll::Ready(None);
        }
        match &mut this.pace {
            Pace::Whole => this.give(all),
            Pace::Cut { close, .. } if all == 0 => {
                // Everything before this has been given to hyper, which flushes it before it looks at us again.
                this.link.close_after_flush(*close);
                Poll::Pending
            }
            Pace::Cut { .. } => this.give(all),
            Pace::Drip { chunk, every, stall, wait } => {
                let stalls = stall.as_ref().is_some_and(|stall| stall.left >= all);
                let length = stall.as_ref().filter(|_| stalls).map_or(*every, |stall| stall.wait);
                let waiting = wait.get_or_insert_with(|| Box::pin(pause(length, Arc::clone(&this.link))));
                let stayed = ready!(waiting.as_mut().poll(cx));
                *wait = None;
                let then = if stalls { stall.take().and_then(|stall| stall.then) } else { None };
                // Up to where it stalls, and never over it.
                let before_stall = stall.as_ref().map_or(all, |stall| all - stall.left);
                let piece = (*chunk).min(before_stall).min(all);
                match (stayed, then) {
                    (true, None) => this.give(piece),
                    (true, Some(close)) => {
                        this.pace = Pace::Cut { close, held: all as u64 };
                        this.rest = Bytes::new();
                        this.link.close_after_flush(close);
                        Poll::Pending
                    }
                    (false, _) => {
                        this.link.close_now(Close::Fin);
                        Poll::Pending
                    }
                }
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty() && !matches!(self.pace, Pace::Cut { .. })
    }

    fn size_hint(&self) -> SizeHint {
        let held = if let Pace::Cut { held, .. } = self.pace { held } else { 0 };
        SizeHint::with_exact(self.rest.len() as u64 + held)
    }
}

impl Drop for Answer {
    fn drop(&mut self) {
        let Some(mut delivery) = self.delivery.take() else { return };
        delivery.made();
        if self.is_end_stream() {
            self.link.on_flush(Box::new(Waiting { delivery, bytes: self.yielded }));
            return;
        }
        let reached = self.yielded.min(self.link.written().saturating_sub(self.mark));
        let sent = match self.pace {
            Pace::Cut { close, .. } if self.rest.is_empty() => {
                // A body that hyper never asked for (there was nothing to send) is cut here.
                self.link.close_after_flush(close);
                Sent::Cut(close)
            }
            _ => Sent::Lost,
        };
        delivery.ended(sent, reached);
    }
}

/// An answer whose last byte is with hyper, not yet with the socket.
struct Waiting {
    delivery: Box<dyn Delivery>,
    bytes: u64,
}

impl OnFlush for Waiting {
    fn flushed(self: Box<Self>) {
        self.delivery.ended(Sent::Whole, self.bytes);
    }

    fn lost(self: Box<Self>) {
        self.delivery.ended(Sent::Lost, 0);
    }
}

/// Waits; `false` if the client left meanwhile.
async fn pause(duration: Duration, link: Arc<Link>) -> bool {
    tokio::select! {
        () = clock::sleep(duration) => true,
        () = link.client_left() => false,
    }
}
