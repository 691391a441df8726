//! Bodies in an encoding nobody asked for, or in another one than they say.

use axum::http::HeaderValue;
use axum::http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use bytes::Bytes;

use super::prelude::*;
use crate::exchange::Reply;

/// The row of the catalogue.
pub(super) const FAULT: Fault = Fault {
    slug: "encoding",
    layer: Layer::Body,
    stages: &[Stage::Send],
    about: "the body comes in an encoding nobody asked for, or in another one than its headers say; an empty body is left alone",
    legal: "bom, latin-1 (and says so), latin-1-unsaid, utf-16 (and says so), gzip (and says so), gzip-unsaid, gzip-claimed (and is not) or gzip-broken",
    example: "encoding: gzip",
    compile,
};

/// How a body is encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8 behind a byte order mark, which RFC 8259 8.1 forbids to send.
    Bom,
    /// Latin-1, said in the content type; other characters become `?`.
    Latin1,
    /// The same, and the content type stays.
    Latin1Unsaid,
    /// UTF-16 with a byte order mark, said in the content type.
    Utf16,
    /// gzip, whatever the client accepts.
    Gzip,
    /// gzip without `Content-Encoding`.
    GzipUnsaid,
    /// `Content-Encoding: gzip` in front of plain text.
    GzipClaimed,
    /// gzip with a wrong checksum.
    GzipBroken,
}

/// Every encoding with its name in scenario files.
pub(super) const ENCODINGS: &[(&str, Encoding)] = &[
    ("bom", Encoding::Bom),
    ("latin-1", Encoding::Latin1),
    ("latin-1-unsaid", Encoding::Latin1Unsaid),
    ("utf-16", Encoding::Utf16),
    ("gzip", Encoding::Gzip),
    ("gzip-unsaid", Encoding::GzipUnsaid),
    ("gzip-claimed", Encoding::GzipClaimed),
    ("gzip-broken", Encoding::GzipBroken),
];

fn compile(value: Value<'_>) -> Option<Arc<dyn Effect>> {
    Some(Arc::new(value.one_of(ENCODINGS)?))
}

impl Effect for Encoding {
    fn apply(&self, _: &Moment<'_>, plan: &mut Plan) {
        plan.rewrites.push(Rewrite::Encoding(*self));
    }
}

impl Encoding {
    pub(super) fn apply(self, reply: &mut Reply) {
        if reply.body.is_empty() {
            return;
        }
        if let Some(body) = self.body(&reply.body) {
            reply.body = body;
        }
        match self {
            Encoding::Latin1 => say_charset(reply, "ISO-8859-1"),
            Encoding::Utf16 => say_charset(reply, "utf-16"),
            Encoding::Gzip | Encoding::GzipClaimed | Encoding::GzipBroken => {
                reply.headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
            }
            Encoding::Bom | Encoding::Latin1Unsaid | Encoding::GzipUnsaid => {}
        }
    }

    /// The body in this encoding; `None` if it stays as it is.
    fn body(self, body: &Bytes) -> Option<Bytes> {
        let text = || String::from_utf8_lossy(body);
        Some(match self {
            Encoding::Bom => [b"\xef\xbb\xbf", &body[..]].concat().into(),
            Encoding::Latin1 | Encoding::Latin1Unsaid => {
                text().chars().map(|character| u8::try_from(character).unwrap_or(b'?')).collect()
            }
            Encoding::Utf16 => {
                let units = std::iter::once(0xfeff).chain(text().encode_utf16().collect::<Vec<u16>>());
                units.flat_map(u16::to_be_bytes).collect()
            }
            Encoding::Gzip | Encoding::GzipUnsaid => gzip(body).into(),
            Encoding::GzipBroken => {
                let mut bytes = gzip(body);
                let checksum = bytes.len() - 8;
                bytes[checksum] ^= 0xff;
                bytes.into()
            }
            Encoding::GzipClaimed => return None,
        })
    }
}

fn say_charset(reply: &mut Reply, charset: &str) {
    let told = reply.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("application/json");
    let kind = told.split(';').next().unwrap_or(told).trim();
    if let Ok(value) = HeaderValue::from_str(&format!("{kind}; charset={charset}")) {
        reply.headers.insert(CONTENT_TYPE, value);
    }
}

/// gzip (RFC 1952) around stored blocks (RFC 1951 3.2.4): every decoder must read it, and nothing here must compress.
fn gzip(body: &[u8]) -> Vec<u8> {
    const LONGEST_BLOCK: usize = 0xffff;
    let mut bytes = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];
    let mut blocks = body.chunks(LONGEST_BLOCK).peekable();
    while let Some(block) = blocks.next() {
        let length = block.len() as u16;
        bytes.push(u8::from(blocks.peek().is_none()));
        bytes.extend(length.to_le_bytes());
        bytes.extend((!length).to_le_bytes());
        bytes.extend(block);
    }
    bytes.extend(crc32(body).to_le_bytes());
    bytes.extend((body.len() as u32).to_le_bytes());
    bytes
}

fn crc32(bytes: &[u8]) -> u32 {
    let step = |crc: u32, byte: &u8| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 })
    };
    !bytes.iter().fold(u32::MAX, step)
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;

    use super::*;

    fn encoded(encoding: Encoding, body: &str) -> Reply {
        let mut reply = Reply::new(StatusCode::OK, "application/json", body.to_owned());
        encoding.apply(&mut reply);
        reply
    }

    #[test]
    fn text_is_encoded_and_said_so() {
        let type_of = |reply: &Reply| reply.headers[CONTENT_TYPE].to_str().unwrap().to_owned();
        let latin = encoded(Encoding::Latin1, "\"é€\"");
        assert_eq!(&latin.body[..], b"\"\xe9?\"");
        assert_eq!(type_of(&latin), "application/json; charset=ISO-8859-1");
        assert_eq!(type_of(&encoded(Encoding::Latin1Unsaid, "\"é\"")), "application/json");
        assert_eq!(&encoded(Encoding::Bom, "{}").body[..], b"\xef\xbb\xbf{}");
        assert_eq!(&encoded(Encoding::Utf16, "{}").body[..], b"\xfe\xff\0{\0}");
        assert!(encoded(Encoding::Gzip, "").headers.get(CONTENT_ENCODING).is_none());
    }

    #[test]
    fn gzip_is_gzip() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
        let good = encoded(Encoding::Gzip, "{}");
        assert_eq!(good.headers[CONTENT_ENCODING], "gzip");
        let expected = b"\x1f\x8b\x08\0\0\0\0\0\0\xff\x01\x02\0\xfd\xff{}";
        assert_eq!(&good.body[..expected.len()], expected);
        assert_eq!(&good.body[expected.len() + 4..], [2, 0, 0, 0]);
        assert_eq!(encoded(Encoding::GzipBroken, "{}").body.len(), good.body.len());
        assert_ne!(encoded(Encoding::GzipBroken, "{}").body, good.body);
        assert_eq!(&encoded(Encoding::GzipClaimed, "{}").body[..], b"{}");
        assert!(encoded(Encoding::GzipUnsaid, "{}").headers.get(CONTENT_ENCODING).is_none());
    }
}
