//! The byte stream hyper reads and writes, with the connection's [`Link`] watching.
//!
//! Owns nothing but the adaptation: the bytes belong to the link, so that a connection can be reset or drained after hyper
//! is done with it. Knows no HTTP, but for one thing: an answer that hyper makes by itself (to bytes that are no request)
//! is replaced by the bank's.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::http::StatusCode;
use bytes::{Buf, Bytes};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::link::Link;

/// Makes the whole answer, head included, to bytes that are no HTTP request. Gets the status hyper chose.
pub(crate) type Refuse = Arc<dyn Fn(StatusCode, &Arc<Link>) -> Bytes + Send + Sync>;

/// One accepted connection, as hyper sees it.
pub(crate) struct Socket {
    link: Arc<Link>,
    refuse: Refuse,
    /// The rest of an answer that replaces hyper's own.
    substitute: Bytes,
    /// How many of hyper's bytes count as written once `substitute` is out.
    replaced: usize,
}

impl Socket {
    pub(crate) fn new(link: Arc<Link>, refuse: Refuse) -> Socket {
        Socket { link, refuse, substitute: Bytes::new(), replaced: 0 }
    }

    /// Writes what replaces hyper's own answer; `None` if nothing is being replaced.
    fn poll_substitute(&mut self, cx: &mut Context<'_>, first: &[u8]) -> Option<Poll<io::Result<usize>>> {
        if self.replaced == 0 {
            let status = if self.link.is_serving() { None } else { refused(first) };
            self.substitute = (self.refuse)(status?, &self.link);
            self.replaced = first.len();
        }
        while self.substitute.has_remaining() {
            match self.link.poll_write(cx, &[io::IoSlice::new(&self.substitute)]) {
                Poll::Ready(Ok(sent)) => self.substitute.advance(sent),
                other => return Some(other),
            }
        }
        Some(Poll::Ready(Ok(std::mem::take(&mut self.replaced))))
    }
}

impl AsyncRead for Socket {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        self.link.poll_read(cx, buf)
    }
}

impl AsyncWrite for Socket {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        self.poll_write_vectored(cx, &[io::IoSlice::new(buf)])
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        if let Some(polled) = self.poll_substitute(cx, bufs.first().map_or(&[], |first| first)) {
            return polled;
        }
        self.link.poll_write(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    /// Being asked means that hyper has handed over everything it had.
    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.link.poll_flush(cx)
    }

    /// The driver says FIN after hyper is done, so that it can read what the client still sends.
    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.link.poll_flush(cx)
    }
}

/// The status of an error answer that starts in these bytes.
fn refused(bytes: &[u8]) -> Option<StatusCode> {
    let digits = bytes.strip_prefix(b"HTTP/1.1 ")?.get(..3)?;
    StatusCode::from_bytes(digits).ok().filter(StatusCode::is_client_error)
}
