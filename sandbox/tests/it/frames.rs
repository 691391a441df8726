//! An HTTP/2 client that speaks frames (RFC 9113), written out by hand.

use std::io::{ErrorKind, Read, Write};

use crate::faults::End;

pub(crate) const DATA: u8 = 0;
pub(crate) const HEADERS: u8 = 1;
pub(crate) const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const PING: u8 = 6;
pub(crate) const GOAWAY: u8 = 7;
const ACK: u8 = 1;
const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;

/// One frame that is not bookkeeping.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Frame {
    pub(crate) kind: u8,
    pub(crate) ends_stream: bool,
    pub(crate) stream: u32,
    pub(crate) payload: Vec<u8>,
}

/// A connection over anything that carries bytes.
pub(crate) struct Client<S> {
    pub(crate) io: S,
    /// A write was told of a reset: it is told once, and what came before it can still be read.
    reset: bool,
}

impl Frame {
    /// The error code of an RST_STREAM or GOAWAY.
    pub(crate) fn code(&self) -> u32 {
        let at = if self.kind == GOAWAY { 4 } else { 0 };
        u32::from_be_bytes(self.payload[at..at + 4].try_into().unwrap())
    }

    /// The last stream a GOAWAY says may have been processed.
    pub(crate) fn last_stream(&self) -> u32 {
        u32::from_be_bytes(self.payload[..4].try_into().unwrap())
    }
}

impl<S: Read + Write> Client<S> {
    pub(crate) fn new(mut io: S) -> Client<S> {
        io.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").unwrap();
        let mut client = Client { io, reset: false };
        client.send(SETTINGS, 0, 0, &[]);
        client
    }

    pub(crate) fn send(&mut self, kind: u8, flags: u8, stream: u32, payload: &[u8]) {
        self.try_send(kind, flags, stream, payload).unwrap();
    }

    fn try_send(&mut self, kind: u8, flags: u8, stream: u32, payload: &[u8]) -> std::io::Result<()> {
        let mut frame = (payload.len() as u32).to_be_bytes()[1..].to_vec();
        frame.extend([kind, flags]);
        frame.extend(stream.to_be_bytes());
        frame.extend(payload);
        self.io.write_all(&frame)?;
        self.io.flush()
    }

    /// A GET on a stream of its own.
    pub(crate) fn get(&mut self, stream: u32, scheme: &str, path: &str, token: &str) {
        let bearer = format!("Bearer {token}");
        let fields =
            [(":method", "GET"), (":scheme", scheme), (":path", path), (":authority", "b"), ("authorization", &bearer)];
        // Literal fields without indexing and without Huffman codes (RFC 7541 6.2.2).
        let mut block = Vec::new();
        for (name, value) in fields {
            block.push(0);
            text(&mut block, name);
            text(&mut block, value);
        }
        self.send(HEADERS, END_STREAM | END_HEADERS, stream, &block);
    }

    /// The next frame that says something, or how the connection ends. Settings and pings are acknowledged.
    pub(crate) fn next(&mut self) -> Result<Frame, End> {
        loop {
            let mut head = [0; 9];
            self.fill(&mut head)?;
            let [a, b, c, kind, flags, stream @ ..] = head;
            let mut payload = vec![0; u32::from_be_bytes([0, a, b, c]) as usize];
            self.fill(&mut payload)?;
            match kind {
                SETTINGS if flags & ACK == 0 => self.acknowledge(SETTINGS, &[]),
                PING if flags & ACK == 0 => self.acknowledge(PING, &payload),
                DATA | HEADERS | RST_STREAM | GOAWAY => {
                    let ends_stream = kind <= HEADERS && flags & END_STREAM != 0;
                    return Ok(Frame { kind, ends_stream, stream: u32::from_be_bytes(stream), payload });
                }
                _ => {}
            }
        }
    }

    /// The frames of one answer, until its stream or the connection ends.
    pub(crate) fn answer(&mut self, stream: u32) -> (Vec<Frame>, Option<End>) {
        let mut frames = Vec::new();
        loop {
            match self.next() {
                Err(end) => return (frames, Some(end)),
                Ok(frame) if frame.stream != stream && frame.kind != GOAWAY => {}
                Ok(frame) => {
                    let over = frame.ends_stream || frame.kind == RST_STREAM;
                    frames.push(frame);
                    if over {
                        return (frames, None);
                    }
                }
            }
        }
    }

    /// Nobody may be there any more to read it.
    fn acknowledge(&mut self, kind: u8, payload: &[u8]) {
        let sent = self.try_send(kind, ACK, 0, payload);
        self.reset |= sent.is_err_and(|error| error.kind() == ErrorKind::ConnectionReset);
    }

    fn fill(&mut self, buffer: &mut [u8]) -> Result<(), End> {
        match self.io.read_exact(buffer) {
            Ok(()) => Ok(()),
            Err(error) => match error.kind() {
                ErrorKind::UnexpectedEof if !self.reset => Err(End::Fin),
                ErrorKind::UnexpectedEof => Err(End::Reset),
                ErrorKind::ConnectionReset => Err(End::Reset),
                _ => panic!("{error}"),
            },
        }
    }
}

/// Bytes of DATA among frames.
pub(crate) fn data_bytes(frames: &[Frame]) -> usize {
    frames.iter().filter(|frame| frame.kind == DATA).map(|frame| frame.payload.len()).sum()
}

/// A string with its length in front, a 7-bit prefix integer.
fn text(block: &mut Vec<u8>, text: &str) {
    let mut length = text.len();
    if length < 127 {
        block.push(length as u8);
    } else {
        block.push(127);
        length -= 127;
        while length >= 128 {
            block.push((length % 128) as u8 | 128);
            length /= 128;
        }
        block.push(length as u8);
    }
    block.extend(text.as_bytes());
}
