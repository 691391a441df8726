//! The bytes of one connection on their way in and out, and what they show of HTTP/2.
//!
//! Owns reading ahead of hyper, which is how a client that leaves is noticed. Knows nothing of ends and orders.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::frames::{Frames, Spoken};
use super::transport::Transport;

/// Bytes of further requests kept while a client that may have left is watched; beyond them we cannot tell.
const EARLY_LIMIT_BYTES: usize = 16 * 1024;

/// What was read and written.
pub(super) struct Flow {
    pub(super) transport: Transport,
    /// Read ahead of hyper.
    early: BytesMut,
    /// The client has ended its side.
    ended: bool,
    pub(super) spoken: Spoken,
    pub(super) heard: Frames,
    pub(super) said: Frames,
    /// Goes out once hyper's bytes are flushed.
    pub(super) extra: Bytes,
}

impl Flow {
    pub(super) fn new(transport: Transport) -> Flow {
        Flow {
            transport,
            early: BytesMut::new(),
            ended: false,
            spoken: Spoken::Unknown(0),
            heard: Frames::default(),
            said: Frames::default(),
            extra: Bytes::new(),
        }
    }

    pub(super) fn poll_read(&mut self, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if !self.early.is_empty() {
            let length = self.early.len().min(buf.remaining());
            buf.put_slice(&self.early.split_to(length));
            return Poll::Ready(Ok(()));
        }
        if self.ended {
            return Poll::Ready(Ok(()));
        }
        let before = buf.filled().len();
        ready!(Pin::new(&mut self.transport).poll_read(cx, buf))?;
        self.hear(&buf.filled()[before..]);
        Poll::Ready(Ok(()))
    }

    pub(super) fn poll_left(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        while !self.ended && self.spoken != Spoken::Http2 && self.early.len() < EARLY_LIMIT_BYTES {
            let mut bytes = [0; 1024];
            let mut buf = ReadBuf::new(&mut bytes);
            match ready!(Pin::new(&mut self.transport).poll_read(cx, &mut buf)) {
                Ok(()) if !buf.filled().is_empty() => self.early.extend_from_slice(buf.filled()),
                _ => self.ended = true,
            }
        }
        if self.ended { Poll::Ready(()) } else { Poll::Pending }
    }

    fn hear(&mut self, bytes: &[u8]) {
        let (spoken, preface) = self.spoken.hear(bytes);
        self.spoken = spoken;
        if spoken == Spoken::Http2 {
            self.heard.pass(&bytes[preface..]);
        }
    }

    pub(super) fn poll_write(&mut self, cx: &mut Context<'_>, bufs: &[io::IoSlice<'_>]) -> Poll<io::Result<usize>> {
        let transport = Pin::new(&mut self.transport);
        let sent = match bufs {
            [only] => ready!(transport.poll_write(cx, only))?,
            several => ready!(transport.poll_write_vectored(cx, several))?,
        };
        if self.spoken == Spoken::Http2 {
            let mut left = sent;
            for buf in bufs {
                let part = left.min(buf.len());
                self.said.pass(&buf[..part]);
                left -= part;
            }
        }
        Poll::Ready(Ok(sent))
    }
}
