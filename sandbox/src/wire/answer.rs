//! The body of an answer on its way out.
//!
//! Owns how the bytes go: whole, in pieces, cut off or other than promised; and telling how far they got.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};

use super::link::{Link, OnFlush, Serving, When};
use super::torn::Torn;
use crate::fault::{Break, Close, Stall, Wire};

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
    /// Bytes the head promises; `None` if it promises nothing and HTTP/1.1 sends chunks.
    promised: Option<u64>,
    /// Follows the body, outside of what was promised.
    extra: Bytes,
    /// Ends the connection after this much silence, once the answer is out.
    idle: Option<Duration>,
    serving: Serving,
    yielded: u64,
    /// What the connection had written when the answer began.
    mark: Mark,
    delivery: Option<Box<dyn Delivery>>,
}

enum Pace {
    Whole,
    /// Ends once what is left was given and is out.
    Cut {
        close: Close,
        parting: Bytes,
        /// Bytes given at a time; all if `None`.
        piece: Option<usize>,
        out: Option<Pending<()>>,
    },
    Drip {
        chunk: usize,
        every: Duration,
        stall: Option<StallAt>,
        wait: Option<Pending<bool>>,
        clock: Wait,
    },
    /// Everything, then nothing more until the client leaves.
    Hold {
        wait: Option<Pending<()>>,
    },
}

pub(crate) type Pending<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// Waits as long as pauses inside a body last, on whichever clock they run.
pub(crate) type Wait = Arc<dyn Fn(Duration) -> Pending<()> + Send + Sync>;

/// A silence once so many bytes are left.
struct StallAt {
    left: usize,
    wait: Duration,
    then: Option<Close>,
}

#[derive(Debug, Clone, Copy)]
struct Mark {
    bytes: u64,
    /// [`Link::progress`].
    progress: u64,
}

/// What stands where the size of the next chunk should.
const BAD_SIZE: &[u8] = b"not-a-size\r\n";

impl Answer {
    /// A body that goes out as the wire says, with pauses on the clock beside it; `delivery` learns how it ended.
    pub(crate) fn new(
        body: Bytes,
        wire: Option<(Wire, Wait)>,
        serving: Serving,
        delivery: Box<dyn Delivery>,
    ) -> Answer {
        let mut answer = Answer {
            promised: Some(body.len() as u64),
            rest: body,
            pace: Pace::Whole,
            extra: Bytes::new(),
            idle: None,
            mark: Mark { bytes: serving.written(), progress: serving.progress() },
            serving,
            yielded: 0,
            delivery: Some(delivery),
        };
        if let Some((wire, clock)) = wire {
            answer.order(wire, clock);
        }
        answer
    }

    fn order(&mut self, wire: Wire, clock: Wait) {
        let (length, http2) = (self.rest.len(), self.serving.is_http2());
        self.promised = wire.promised(length as u64, http2);
        match wire {
            Wire::Cut { keep, close } => {
                self.rest.truncate(keep.of(length));
                self.pace = Pace::Cut { close, parting: Bytes::new(), piece: None, out: None };
            }
            Wire::Drip { chunk, every, stall } => {
                let left = |share: f64| length - ((length as f64 * share) as usize).min(length);
                let stall = stall.map(|Stall { share, wait, then }| StallAt { left: left(share), wait, then });
                self.pace = Pace::Drip { chunk: chunk.max(1), every, stall, wait: None, clock };
            }
            Wire::Chunks { chunk, after, broken } => {
                let keep = after.map_or(length, |after| after.saturating_mul(chunk).min(length));
                let follows = self.rest.split_off(keep);
                // HTTP/2 has no chunks: what is left of the lie there is an answer that does not end.
                let parting = match broken {
                    Break::BadSize if !http2 => [BAD_SIZE, &follows, b"\r\n0\r\n\r\n"].concat().into(),
                    _ => Bytes::new(),
                };
                let close = if broken == Break::Reset { Close::Reset } else { Close::TRUNCATED };
                self.pace = Pace::Cut { close, parting, piece: Some(chunk.max(1)), out: None };
            }
            Wire::Length(_) if http2 => {}
            Wire::Length(off) if off > 0 => self.pace = Pace::Hold { wait: None },
            Wire::Length(off) => {
                self.extra = self.rest.split_off(length.saturating_sub(off.unsigned_abs() as usize));
            }
            Wire::Idle(after) => self.idle = Some(after),
            Wire::Leave => self.serving.leave(),
        }
    }

    fn give(&mut self, bytes: usize) -> Poll<Option<Result<Frame<Bytes>, Torn>>> {
        let piece = self.rest.split_to(bytes);
        self.yielded += piece.len() as u64;
        Poll::Ready(Some(Ok(Frame::data(piece))))
    }

    /// What the link has made of everything given so far, its head included, once it is out.
    fn out(&self) -> u64 {
        self.mark.progress + self.yielded + 1
    }

    /// Ends the answer here: over HTTP/2 perhaps only the stream, else the connection.
    fn poll_end(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Torn>>> {
        let due = self.out();
        let link = &*self.serving;
        let Pace::Cut { close, parting, out, .. } = &mut self.pace else { return Poll::Pending };
        match close.over(link.is_http2()) {
            Close::Stream { code, .. } => {
                // What h2 still holds of a stream that is reset is lost.
                let waiting = out.get_or_insert_with(|| {
                    let link = Arc::clone(link);
                    Box::pin(async move { link.progressed(due).await })
                });
                ready!(waiting.as_mut().poll(cx));
                Poll::Ready(Some(Err(Torn::with(code))))
            }
            close => {
                // HTTP/1 flushes everything before this before it looks at us again.
                link.end(close, parting.clone(), When::Flushed { progress: due });
                Poll::Pending
            }
        }
    }
}

impl Body for Answer {
    type Data = Bytes;
    type Error = Torn;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Torn>>> {
        let this = &mut *self;
        let all = this.rest.len();
        if this.is_end_stream() {
            return Poll::Ready(None);
        }
        let link = &*this.serving;
        match &mut this.pace {
            Pace::Whole => this.give(all),
            Pace::Cut { .. } if all == 0 => this.poll_end(cx),
            Pace::Cut { piece, .. } => {
                let piece = piece.unwrap_or(all).min(all);
                this.give(piece)
            }
            Pace::Hold { .. } if all > 0 => this.give(all),
            Pace::Hold { wait } => {
                let waiting = wait.get_or_insert_with(|| {
                    let link = Arc::clone(link);
                    Box::pin(async move { link.client_left().await })
                });
                ready!(waiting.as_mut().poll(cx));
                link.end(Close::Fin, Bytes::new(), When::Now);
                Poll::Pending
            }
            Pace::Drip { chunk, every, stall, wait, clock } => {
                let stalls = stall.as_ref().is_some_and(|stall| stall.left >= all);
                let length = stall.as_ref().filter(|_| stalls).map_or(*every, |stall| stall.wait);
                let waiting = wait.get_or_insert_with(|| Box::pin(pause(clock(length), Arc::clone(link))));
                let stayed = ready!(waiting.as_mut().poll(cx));
                *wait = None;
                let then = if stalls { stall.take().and_then(|stall| stall.then) } else { None };
                // Up to where it stalls, and never over it.
                let before_stall = stall.as_ref().map_or(all, |stall| all - stall.left);
                let piece = (*chunk).min(before_stall).min(all);
                match (stayed, then) {
                    (true, None) => this.give(piece),
                    (true, Some(close)) => {
                        this.pace = Pace::Cut { close, parting: Bytes::new(), piece: None, out: None };
                        this.rest = Bytes::new();
                        this.poll_end(cx)
                    }
                    (false, _) => {
                        link.end(Close::Fin, Bytes::new(), When::Now);
                        Poll::Pending
                    }
                }
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty() && matches!(self.pace, Pace::Whole | Pace::Drip { .. })
    }

    fn size_hint(&self) -> SizeHint {
        match self.promised {
            Some(promised) => SizeHint::with_exact(promised.saturating_sub(self.yielded)),
            None => SizeHint::default(),
        }
    }
}

impl Drop for Answer {
    fn drop(&mut self) {
        let Some(mut delivery) = self.delivery.take() else { return };
        delivery.made();
        let link = Arc::clone(&self.serving);
        if self.is_end_stream() {
            if !self.extra.is_empty() {
                self.yielded += self.extra.len() as u64;
                link.add(std::mem::take(&mut self.extra));
            }
            let serving = link.begin();
            link.on_flush(Box::new(Leaving { delivery, bytes: self.yielded, idle: self.idle, serving }));
            return;
        }
        let reached = self.yielded.min(link.written().saturating_sub(self.mark.bytes));
        let sent = match &self.pace {
            Pace::Cut { close, parting, .. } if self.rest.is_empty() => {
                let close = close.over(link.is_http2());
                if !matches!(close, Close::Stream { .. }) {
                    // A body that hyper never asked for (there was nothing to send) is cut here.
                    link.end(close, parting.clone(), When::Flushed { progress: self.out() });
                }
                Sent::Cut(close)
            }
            // The promise was the lie: nobody could have had more.
            Pace::Hold { .. } if self.rest.is_empty() => Sent::Cut(Close::Fin),
            _ => Sent::Lost,
        };
        delivery.ended(sent, reached);
    }
}

/// An answer whose last byte is with hyper, not yet with the socket.
struct Leaving {
    delivery: Box<dyn Delivery>,
    bytes: u64,
    idle: Option<Duration>,
    serving: Serving,
}

impl OnFlush for Leaving {
    fn flushed(self: Box<Self>) {
        if let Some(after) = self.idle {
            self.serving.end_when_idle(after);
        }
        self.delivery.ended(Sent::Whole, self.bytes);
    }

    fn lost(self: Box<Self>) {
        self.delivery.ended(Sent::Lost, 0);
    }
}

/// Waits; `false` if the client left meanwhile.
async fn pause(over: Pending<()>, link: Arc<Link>) -> bool {
    tokio::select! {
        () = over => true,
        () = link.client_left() => false,
    }
}
