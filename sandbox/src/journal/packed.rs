//! Header fields in one allocation.
//!
//! The fields of a request point into the buffer the connection was read into, and would keep all of it in memory for as
//! long as the journal keeps the entry.

use axum::http::HeaderMap;

/// Header fields in their order, names lower-case.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Packed(Box<[u8]>);

const LENGTH_BYTES: usize = 4;

impl Packed {
    pub(crate) fn of(headers: &HeaderMap) -> Packed {
        let size = headers.iter().map(|(name, value)| 2 * LENGTH_BYTES + name.as_str().len() + value.len()).sum();
        let mut bytes = Vec::with_capacity(size);
        for (name, value) in headers {
            for part in [name.as_str().as_bytes(), value.as_bytes()] {
                bytes.extend_from_slice(&(part.len() as u32).to_le_bytes());
                bytes.extend_from_slice(part);
            }
        }
        Packed(bytes.into_boxed_slice())
    }

    /// Name and value of each field.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &[u8])> {
        let mut rest = &*self.0;
        std::iter::from_fn(move || {
            let name = std::str::from_utf8(part(&mut rest)?).expect("names of header fields are ASCII");
            Some((name, part(&mut rest)?))
        })
    }

    /// The first value of a field.
    pub(crate) fn value(&self, name: &str) -> Option<&[u8]> {
        self.iter().find(|field| field.0 == name).map(|field| field.1)
    }

    /// Bytes it takes.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }
}

fn part<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let (length, after) = rest.split_first_chunk::<LENGTH_BYTES>()?;
    let (part, after) = after.split_at_checked(u32::from_le_bytes(*length) as usize)?;
    *rest = after;
    Some(part)
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;
    use axum::http::header::{ACCEPT, COOKIE};

    use super::*;

    #[test]
    fn what_was_packed_comes_out() {
        let mut headers = HeaderMap::new();
        headers.append(ACCEPT, HeaderValue::from_static("*/*"));
        headers.append(COOKIE, HeaderValue::from_static(""));
        headers.append(COOKIE, HeaderValue::from_bytes(b"\xff\xfe").expect("obs-text is legal"));
        let packed = Packed::of(&headers);
        let fields: Vec<_> = packed.iter().collect();
        assert_eq!(fields, [("accept", &b"*/*"[..]), ("cookie", b""), ("cookie", b"\xff\xfe")]);
        assert_eq!((packed.value("cookie"), packed.value("host")), (Some(&b""[..]), None));
    }
}
