//! HTTP/2 frames as they pass, as far as faults need to know them.
//!
//! Owns telling HTTP/2 from HTTP/1 by its preface, counting answers on their way out and streams on their way in, and writing
//! the frames hyper does not let us write (RFC 9113 4.1, 6.8). Never changes what passes.

use bytes::Bytes;

/// What an HTTP/2 client says first (RFC 9113 3.4).
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const HEAD_BYTES: usize = 9;
const DATA: u8 = 0x0;
const HEADERS: u8 = 0x1;
const GOAWAY: u8 = 0x7;
/// Stream identifiers and lengths are 31 bits.
const STREAM_BITS: u32 = 0x7fff_ffff;

/// One direction of an HTTP/2 connection, watched.
#[derive(Debug, Default)]
pub(super) struct Frames {
    head: [u8; HEAD_BYTES],
    /// Bytes of the head at hand seen so far.
    seen: usize,
    /// Bytes of the frame's payload still to come.
    left: usize,
    /// Payload bytes of DATA frames, and one for each HEADERS.
    pub(super) progress: u64,
    /// Highest stream that was opened by HEADERS.
    pub(super) last_stream: u32,
}

/// What a client speaks, as its first bytes tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Spoken {
    /// So many bytes of the preface matched.
    Unknown(usize),
    Http1,
    Http2,
}

impl Frames {
    /// Looks at bytes that passed.
    pub(super) fn pass(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            if self.left > 0 {
                let skipped = self.left.min(bytes.len());
                self.left -= skipped;
                if self.head[3] == DATA {
                    self.progress += skipped as u64;
                }
                bytes = &bytes[skipped..];
                continue;
            }
            self.head[self.seen] = bytes[0];
            self.seen += 1;
            bytes = &bytes[1..];
            if self.seen == HEAD_BYTES {
                self.seen = 0;
                let [a, b, c, kind, _, stream @ ..] = self.head;
                self.left = u32::from_be_bytes([0, a, b, c]) as usize;
                if kind == HEADERS {
                    self.progress += 1;
                    self.last_stream = self.last_stream.max(u32::from_be_bytes(stream) & STREAM_BITS);
                }
            }
        }
    }
}

impl Spoken {
    /// The same after more of the client's first bytes, and how many of them belong to the preface.
    pub(super) fn hear(self, bytes: &[u8]) -> (Spoken, usize) {
        let Spoken::Unknown(matched) = self else { return (self, 0) };
        let expected = &PREFACE[matched..];
        let length = expected.len().min(bytes.len());
        if bytes[..length] != expected[..length] {
            (Spoken::Http1, 0)
        } else if matched + length == PREFACE.len() {
            (Spoken::Http2, length)
        } else {
            (Spoken::Unknown(matched + length), length)
        }
    }
}

/// A GOAWAY frame.
pub(super) fn goaway(last_stream: u32, code: u32) -> Bytes {
    let mut frame = vec![0, 0, 8, GOAWAY, 0, 0, 0, 0, 0];
    frame.extend_from_slice(&(last_stream & STREAM_BITS).to_be_bytes());
    frame.extend_from_slice(&code.to_be_bytes());
    frame.into()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn frame(kind: u8, stream: u32, payload: usize) -> Vec<u8> {
        let mut frame = (payload as u32).to_be_bytes()[1..].to_vec();
        frame.extend([kind, 0]);
        frame.extend(stream.to_be_bytes());
        frame.resize(HEAD_BYTES + payload, 0x55);
        frame
    }

    proptest! {
        #[test]
        fn frames_are_told_however_they_are_cut(sizes in prop::collection::vec((0u8..4, 0usize..300), 0..20), cut in 1usize..64) {
            let (mut bytes, mut progress, mut stream) = (Vec::new(), 0, 0);
            for (at, (kind, size)) in sizes.iter().enumerate() {
                let id = at as u32 * 2 + 1;
                bytes.extend(frame(*kind, id, *size));
                match *kind {
                    DATA => progress += *size as u64,
                    HEADERS => (progress, stream) = (progress + 1, id),
                    _ => {}
                }
            }
            let mut frames = Frames::default();
            bytes.chunks(cut).for_each(|piece| frames.pass(piece));
            prop_assert_eq!((frames.progress, frames.last_stream), (progress, stream));
        }

        #[test]
        fn the_preface_is_told_however_it_is_cut(cut in 1usize..30) {
            let mut spoken = Spoken::Unknown(0);
            let mut consumed = 0;
            for piece in PREFACE.chunks(cut) {
                let (next, bytes) = spoken.hear(piece);
                (spoken, consumed) = (next, consumed + bytes);
            }
            prop_assert_eq!((spoken, consumed), (Spoken::Http2, PREFACE.len()));
            prop_assert_eq!(Spoken::Unknown(0).hear(b"GET / HTTP/1.1").0, Spoken::Http1);
        }
    }

    #[test]
    fn a_goaway_is_seventeen_bytes() {
        let expected = [0, 0, 8, 7, 0, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 11];
        assert_eq!(&goaway(3, 11)[..], &expected);
    }
}
