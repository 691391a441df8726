//! One client connection: how it can be ended, and what is still on its way out.
//!
//! Owns the socket's fate: the exchange that is being served may order a reset or a close, at once or after the bytes
//! written so far; exchanges whose last byte hyper has taken wait here until the socket has taken it too. Knows no
//! HTTP.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use parking_lot::Mutex;
use tokio::net::TcpStream;
use tokio::sync::Notify;

use crate::fault::Close;

/// Something that wants to know when the bytes before it have reached the socket.
pub(crate) trait OnFlush: Send {
    /// All bytes were handed to the socket.
    fn flushed(self: Box<Self>);
    /// The connection ended first.
    fn lost(self: Box<Self>);
}

/// One accepted connection, shared by its driver and the exchanges on it.
pub(crate) struct Link {
    stream: Arc<TcpStream>,
    number: u64,
    local: SocketAddr,
    order: AtomicU8,
    ordered: Notify,
    written: AtomicU64,
    /// Exchanges begun and not yet on the socket as a whole.
    serving: AtomicU32,
    waits: AtomicBool,
    waiting: Mutex<Vec<Box<dyn OnFlush>>>,
}

const NONE: u8 = 0;
const AFTER_FLUSH: u8 = 0b01;
const NOW: u8 = 0b10;
const RESET: u8 = 0b100;

impl Link {
    pub(crate) fn new(stream: Arc<TcpStream>, number: u64, local: SocketAddr) -> Link {
        Link {
            stream,
            number,
            local,
            order: AtomicU8::new(NONE),
            ordered: Notify::new(),
            written: AtomicU64::new(0),
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

    /// Bytes handed to the socket so far.
    pub(crate) fn written(&self) -> u64 {
        self.written.load(Ordering::Relaxed)
    }

    /// Ends the connection now; bytes not yet handed to the socket are lost.
    pub(crate) fn close_now(&self, how: Close) {
        self.order.store(NOW | kind(how), Ordering::Release);
        self.ordered.notify_one();
    }

    /// Ends the connection once everything written so far has been handed to the socket.
    pub(crate) fn close_after_flush(&self, how: Close) {
        let order = AFTER_FLUSH | kind(how);
        // An order to end at once stands.
        let _ = self.order.compare_exchange(NONE, order, Ordering::AcqRel, Ordering::Acquire);
    }

    /// An exchange begins.
    pub(crate) fn begin(&self) {
        self.serving.fetch_add(1, Ordering::Relaxed);
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

    /// Waits until the client has closed its side. Pipelined bytes hide that from us: then it waits for ever.
    pub(crate) async fn client_left(&self) {
        let mut byte = [0u8; 1];
        match self.stream.peek(&mut byte).await {
            Ok(0) | Err(_) => {}
            Ok(_) => std::future::pending().await,
        }
    }

    /// Waits for an order to end the connection.
    pub(crate) async fn ordered(&self) -> Close {
        loop {
            let order = self.order.load(Ordering::Acquire);
            if order & NOW != 0 {
                return if order & RESET != 0 { Close::Reset } else { Close::Fin };
            }
            self.ordered.notified().await;
        }
    }

    /// The socket took everything hyper had.
    pub(crate) fn flushed(&self) {
        if self.order.load(Ordering::Acquire) & AFTER_FLUSH != 0 {
            let order = self.order.load(Ordering::Acquire);
            self.order.store((order & RESET) | NOW, Ordering::Release);
            self.ordered.notify_one();
        }
        if self.waits.swap(false, Ordering::AcqRel) {
            let done = std::mem::take(&mut *self.waiting.lock());
            self.serving.fetch_sub(done.len() as u32, Ordering::Relaxed);
            done.into_iter().for_each(|waiter| waiter.flushed());
        }
    }

    pub(crate) fn count(&self, bytes: usize) {
        self.written.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    /// The connection is over: whoever still waits is told so.
    pub(crate) fn over(&self) {
        let lost = std::mem::take(&mut *self.waiting.lock());
        lost.into_iter().for_each(|waiter| waiter.lost());
    }

    /// Makes the coming close of the socket an RST.
    pub(crate) fn arm_reset(&self) -> io::Result<()> {
        socket2::SockRef::from(&*self.stream).set_linger(Some(Duration::ZERO))
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

fn kind(how: Close) -> u8 {
    match how {
        Close::Reset => RESET,
        Close::Fin => NONE,
    }
}
