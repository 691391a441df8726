//! One client connection: how it can be ended, and what is still on its way out.
//!
//! Owns the connection's fate: the exchange that is being served may order an end, at once, after the bytes written so
//! far or when nothing is asked any more, with a few last bytes of its own; exchanges whose last byte hyper has taken wait
//! here until the socket has taken it too. Knows no HTTP but whether it is HTTP/2.

use std::future::poll_fn;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::{Buf, Bytes};
use parking_lot::Mutex;
use tokio::io::{AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::Notify;

use super::flow::Flow;
use super::frames::{self, Spoken};
use super::front::Front;
use super::transport::Transport;
use crate::clock;
use crate::fault::{Close, Provenance};

/// Something that wants to know when the bytes before it have reached the socket.
pub(crate) trait OnFlush: Send {
    /// All bytes were handed to the socket.
    fn flushed(self: Box<Self>);
    /// The connection ended first.
    fn lost(self: Box<Self>);
}

/// How a connection ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum How {
    /// TCP RST.
    Reset,
    /// TCP FIN; inside TLS without a `close_notify`, as a machine that goes away.
    Fin,
    /// TCP FIN, in TLS after a `close_notify`, and what the client still sends is read for so long.
    Half(Duration),
}

/// An end that was ordered.
#[derive(Debug, Clone)]
pub(crate) struct Order {
    pub(crate) how: How,
    /// Last bytes, sent when hyper has let go of the connection.
    pub(crate) parting: Bytes,
}

/// When an order is carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum When {
    Now,
    /// Once everything written so far is on the socket; over HTTP/2, where answers wait elsewhere first, once
    /// [`Link::progress`] has come so far.
    Flushed {
        progress: u64,
    },
}

/// One accepted connection, shared by its driver and the exchanges on it.
pub(crate) struct Link {
    stream: Arc<TcpStream>,
    number: u64,
    local: SocketAddr,
    secure: bool,
    front: Front,
    /// What was decided about the connection itself.
    because: Vec<Provenance>,
    io: Mutex<Flow>,
    order: Mutex<Option<(Order, When)>>,
    /// `true` while an order waits for a flush.
    awaits_flush: AtomicBool,
    ordered: Notify,
    /// Ends the connection after this much silence.
    idle: Mutex<Option<Duration>>,
    idle_set: Notify,
    leaving: Notify,
    written: AtomicU64,
    flushes: Notify,
    /// Exchanges begun and not yet on the socket as a whole.
    serving: AtomicU32,
    waits: AtomicBool,
    waiting: Mutex<Vec<Box<dyn OnFlush>>>,
}

/// An exchange that is being served. Over when dropped.
pub(crate) struct Serving(Arc<Link>);

impl Link {
    pub(crate) fn new(
        stream: Arc<TcpStream>,
        transport: Transport,
        number: u64,
        (local, front): (SocketAddr, Front),
        because: Vec<Provenance>,
    ) -> Link {
        let secure = matches!(transport, Transport::Secure(_));
        Link {
            stream,
            number,
            local,
            secure,
            front,
            because,
            io: Mutex::new(Flow::new(transport)),
            order: Mutex::new(None),
            awaits_flush: AtomicBool::new(false),
            ordered: Notify::new(),
            idle: Mutex::new(None),
            idle_set: Notify::new(),
            leaving: Notify::new(),
            written: AtomicU64::new(0),
            flushes: Notify::new(),
            serving: AtomicU32::new(0),
            waits: AtomicBool::new(false),
            waiting: Mutex::new(Vec::new()),
        }
    }

    /// Number of the connection inside this process, from 1.
    pub(crate) fn number(&self) -> u64 {
        self.number
    }

    /// The address the client connected to.
    pub(crate) fn local(&self) -> SocketAddr {
        self.local
    }

    /// What clients put before the address: `https` inside TLS.
    pub(crate) fn scheme(&self) -> &'static str {
        if self.secure { "https" } else { "http" }
    }

    /// By which listener the connection came.
    pub(crate) fn front(&self) -> &Front {
        &self.front
    }

    /// What was decided about the connection before any request.
    pub(crate) fn because(&self) -> &[Provenance] {
        &self.because
    }

    /// `true` once the client has said that it speaks HTTP/2.
    pub(crate) fn is_http2(&self) -> bool {
        self.io.lock().spoken == Spoken::Http2
    }

    /// Bytes handed to the socket so far.
    pub(crate) fn written(&self) -> u64 {
        self.written.load(Ordering::Relaxed)
    }

    /// How much of its HTTP/2 answers was handed to the socket so far: bytes of DATA, and one for each head.
    pub(crate) fn progress(&self) -> u64 {
        self.io.lock().said.progress
    }

    /// Orders an end, with last bytes that hyper knows nothing of. What was ordered first stands, but for an order to end
    /// at once. What only HTTP/2 can do is the nearest HTTP/1.1 can do there; the end of a single stream is not ours.
    pub(crate) fn end(&self, close: Close, parting: Bytes, when: When) {
        let (http2, progress) = {
            let io = self.io.lock();
            (io.spoken == Spoken::Http2, io.said.progress)
        };
        let (how, parting) = match close.over(http2) {
            Close::Reset => (How::Reset, parting),
            Close::Fin | Close::Stream { .. } => (How::Fin, parting),
            Close::Half(length) => (How::Half(length), parting),
            Close::GoAway { code, processed } => (How::Fin, self.goaway(code, processed)),
        };
        // Over HTTP/2 it may all be out already, and nothing else be flushed for a long time.
        let due = matches!(when, When::Flushed { progress: due } if http2 && due <= progress);
        let when = if due { When::Now } else { when };
        let mut order = self.order.lock();
        if order.is_none() || when == When::Now {
            *order = Some((Order { how, parting }, when));
            self.awaits_flush.store(when != When::Now, Ordering::Release);
        }
        drop(order);
        if when == When::Now {
            self.ordered.notify_one();
        }
    }

    /// Ends the connection once nothing has been asked for this long.
    pub(crate) fn end_when_idle(&self, after: Duration) {
        *self.idle.lock() = Some(after);
        self.idle_set.notify_one();
    }

    /// Lets exchanges under way finish, takes no others: over HTTP/2 a GOAWAY says so.
    pub(crate) fn leave(&self) {
        self.leaving.notify_one();
    }

    /// Waits until [`Link::leave`] was called.
    pub(crate) async fn left(&self) {
        self.leaving.notified().await;
    }

    /// A GOAWAY with this code. The newest stream counts among the unprocessed ones unless it was `processed`.
    fn goaway(&self, code: u32, processed: bool) -> Bytes {
        let last = self.io.lock().heard.last_stream;
        frames::goaway(if processed { last } else { last.saturating_sub(2) }, code)
    }

    /// Sends these bytes once hyper's are out.
    pub(crate) fn add(&self, extra: Bytes) {
        self.io.lock().extra = extra;
    }

    /// An exchange begins.
    pub(crate) fn begin(self: &Arc<Link>) -> Serving {
        self.serving.fetch_add(1, Ordering::Relaxed);
        Serving(Arc::clone(self))
    }

    /// `true` from the begin of an exchange until its answer has reached the socket.
    pub(crate) fn is_serving(&self) -> bool {
        self.serving.load(Ordering::Relaxed) > 0
    }

    /// Tells `waiter` when the bytes written so far have reached the socket.
    pub(crate) fn on_flush(&self, waiter: Box<dyn OnFlush>) {
        self.waiting.lock().push(waiter);
        self.waits.store(true, Ordering::Release);
    }

    /// Waits until the client has closed its side. HTTP/2 notices by itself, and drops whoever waits here; a client that
    /// pipelines more than a little hides it from us. Then it waits for ever.
    pub(crate) async fn client_left(&self) {
        poll_fn(|cx| self.io.lock().poll_left(cx)).await;
    }

    /// Waits for an order to end the connection.
    pub(crate) async fn ordered(&self) -> Order {
        loop {
            if let Some((order, When::Now)) = &*self.order.lock() {
                return order.clone();
            }
            self.ordered.notified().await;
        }
    }

    /// Waits until the connection is to end because nothing is asked any more.
    pub(crate) async fn idled(&self) {
        loop {
            let after = *self.idle.lock();
            match after {
                None => self.idle_set.notified().await,
                Some(after) => {
                    clock::sleep(after).await;
                    if !self.is_serving() {
                        return;
                    }
                }
            }
        }
    }

    /// Waits until [`Link::progress`] has come so far.
    pub(crate) async fn progressed(&self, progress: u64) {
        loop {
            let flushed = self.flushes.notified();
            if self.progress() >= progress {
                return;
            }
            flushed.await;
        }
    }

    /// The socket took everything hyper had.
    fn flushed(&self, progress: u64, http2: bool) {
        if self.awaits_flush.load(Ordering::Acquire) {
            let mut order = self.order.lock();
            if let Some((_, when)) = &mut *order
                && matches!(when, When::Flushed { progress: due } if !http2 || *due <= progress)
            {
                *when = When::Now;
                self.awaits_flush.store(false, Ordering::Release);
                self.ordered.notify_one();
            }
        }
        self.flushes.notify_waiters();
        if self.waits.swap(false, Ordering::AcqRel) {
            let done = std::mem::take(&mut *self.waiting.lock());
            done.into_iter().for_each(|waiter| waiter.flushed());
        }
    }

    /// The connection is over: whoever still waits is told so.
    pub(crate) fn over(&self) {
        let lost = std::mem::take(&mut *self.waiting.lock());
        lost.into_iter().for_each(|waiter| waiter.lost());
    }

    pub(super) fn poll_read(&self, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        self.io.lock().poll_read(cx, buf)
    }

    pub(super) fn poll_write(&self, cx: &mut Context<'_>, bufs: &[io::IoSlice<'_>]) -> Poll<io::Result<usize>> {
        let mut io = self.io.lock();
        let sent = ready!(io.poll_write(cx, bufs))?;
        self.written.fetch_add(sent as u64, Ordering::Relaxed);
        Poll::Ready(Ok(sent))
    }

    pub(super) fn poll_flush(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut io = self.io.lock();
        while io.extra.has_remaining() {
            let extra = io.extra.clone();
            let sent = ready!(io.poll_write(cx, &[io::IoSlice::new(&extra)]))?;
            io.extra.advance(sent);
        }
        ready!(Pin::new(&mut io.transport).poll_flush(cx))?;
        let (progress, http2) = (io.said.progress, io.spoken == Spoken::Http2);
        drop(io);
        self.flushed(progress, http2);
        Poll::Ready(Ok(()))
    }

    /// Sends last bytes, after hyper is done.
    pub(crate) async fn part(&self, mut bytes: Bytes) -> io::Result<()> {
        while bytes.has_remaining() {
            let sent = poll_fn(|cx| self.io.lock().poll_write(cx, &[io::IoSlice::new(&bytes)])).await?;
            bytes.advance(sent);
        }
        poll_fn(|cx| Pin::new(&mut self.io.lock().transport).poll_flush(cx)).await
    }

    /// Says `close_notify`, where there is TLS.
    pub(crate) async fn notify_close(&self) {
        let _ = poll_fn(|cx| Pin::new(&mut self.io.lock().transport).poll_shutdown(cx)).await;
    }

    /// Makes the coming close of the socket an RST.
    pub(crate) fn arm_reset(&self) -> io::Result<()> {
        arm_reset(&self.stream)
    }

    /// Says FIN, then reads and forgets what the client still sends, so that closing with unread bytes does not turn into
    /// an RST that would destroy our last answer on its way. Ends when the client closes, or after `bytes`.
    pub(crate) async fn drain(&self, bytes: usize) {
        if socket2::SockRef::from(&*self.stream).shutdown(std::net::Shutdown::Write).is_err() {
            return;
        }
        let mut left = bytes;
        let mut buffer = vec![0u8; 16 * 1024];
        while left > 0 && self.stream.readable().await.is_ok() {
            match self.stream.try_read(&mut buffer) {
                Ok(0) => return,
                Ok(read) => left = left.saturating_sub(read),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(_) => return,
            }
        }
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        self.0.serving.fetch_sub(1, Ordering::Relaxed);
    }
}

impl std::ops::Deref for Serving {
    type Target = Arc<Link>;

    fn deref(&self) -> &Arc<Link> {
        &self.0
    }
}

/// Makes the coming close of a socket an RST.
pub(crate) fn arm_reset(stream: &TcpStream) -> io::Result<()> {
    socket2::SockRef::from(stream).set_linger(Some(Duration::ZERO))
}
