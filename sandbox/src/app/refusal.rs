//! The answer to bytes that are no HTTP request: as any bank's, in an envelope, and in the journal.

use axum::http::{HeaderMap, Method, StatusCode, Uri, Version, request};
use bytes::Bytes;

use super::record::Record;
use super::{JournalHeader, envelope, finish};
use crate::exchange::{Problem, ProblemKind, Request};
use crate::journal::{Answered, Ending, Packed};
use crate::wire::Link;
use crate::world::World;

/// The whole answer, head included; the connection ends after it.
pub(super) fn answer(world: &World, journal_header: JournalHeader, status: StatusCode, link: &Link) -> Bytes {
    let parts = nothing();
    let mut record = Record::open(world.journal(), None, &parts, link.number(), world.clock().now());
    let request = Request {
        request_id: finish::request_id(&parts.headers, world.seed(), record.seq()),
        method: parts.method,
        path: String::new(),
        query: String::new(),
        headers: parts.headers,
        body: Bytes::new(),
        base_url: format!("{}://{}", link.scheme(), link.local()),
        certificate: link.front().certificate.clone(),
        mutual_base_url: None,
        connection: link.number(),
    };
    let detail = match status {
        StatusCode::URI_TOO_LONG => "the request target is too long",
        StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE => "the request head is larger than 64 KiB or has over 256 fields",
        _ => "this is not an HTTP request",
    };
    let problem = Problem::new(ProblemKind::MalformedRequest, detail);
    let mut reply = envelope::nowhere(world, &request, Some(problem));
    reply.status = status;
    let journal = (journal_header == JournalHeader::Sent).then(|| (world.name(), record.seq()));
    finish::headers(&mut reply, &request.request_id, world.clock().now(), journal);
    let bytes = written(status, &reply.headers, &reply.body);
    let entry = record.entry();
    entry.decisions = link.because().to_vec();
    entry.ending = Ending::Complete;
    entry.class = reply.class;
    let sent_bytes = reply.body.len() as u64;
    entry.answer = Some(Answered { status, headers: Packed::of(&reply.headers), body: reply.body, sent_bytes });
    bytes
}

fn nothing() -> request::Parts {
    let mut parts = axum::http::Request::new(()).into_parts().0;
    parts.method = Method::GET;
    parts.uri = Uri::from_static("/");
    parts.version = Version::HTTP_11;
    parts
}

fn written(status: StatusCode, headers: &HeaderMap, body: &[u8]) -> Bytes {
    let reason = status.canonical_reason().unwrap_or("");
    let mut bytes = format!("HTTP/1.1 {} {reason}\r\nconnection: close\r\n", status.as_u16()).into_bytes();
    for (name, value) in headers {
        bytes.extend_from_slice(name.as_str().as_bytes());
        bytes.extend_from_slice(b": ");
        bytes.extend_from_slice(value.as_bytes());
        bytes.extend_from_slice(b"\r\n");
    }
    bytes.extend_from_slice(b"\r\n");
    bytes.extend_from_slice(body);
    Bytes::from(bytes)
}
