//! Changes of an answer after it was rendered: what a proxy between bank and client could do to it.

use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use bytes::Bytes;

use super::malformed::Malformed;
use super::next_link::NextLink;
use super::patch::Patch;
use crate::exchange::{Reply, Request};

/// A change of the answer after the bank rendered it.
#[derive(Debug, Clone)]
pub enum Rewrite {
    /// Another status.
    Status(StatusCode),
    /// A header set (replacing) or, with `None`, removed.
    Header(HeaderName, Option<HeaderValue>),
    /// One more header of a name.
    HeaderAgain(HeaderName, HeaderValue),
    /// Another body, with its content type.
    Body {
        /// `Content-Type`; `None` keeps the answer's.
        content_type: Option<HeaderValue>,
        /// The bytes.
        body: Bytes,
    },
    /// The body is made syntactically wrong JSON.
    Malformed(Malformed),
    /// The link to the next page lies.
    NextLink(NextLink),
    /// Values inside a JSON body are set or removed.
    Patch(Patch),
}

impl Rewrite {
    /// Makes the change. `request` is what the answer answers.
    pub fn apply(&self, reply: &mut Reply, request: &Request) {
        match self {
            Rewrite::Status(status) => reply.status = *status,
            Rewrite::Header(name, Some(value)) => {
                reply.headers.insert(name, value.clone());
            }
            Rewrite::Header(name, None) => {
                reply.headers.remove(name);
            }
            Rewrite::HeaderAgain(name, value) => {
                reply.headers.append(name, value.clone());
            }
            Rewrite::Body { content_type, body } => {
                if let Some(content_type) = content_type {
                    reply.headers.insert(CONTENT_TYPE, content_type.clone());
                }
                reply.body = body.clone();
            }
            Rewrite::Malformed(kind) => reply.body = kind.of(&reply.body),
            Rewrite::NextLink(lie) => lie.apply(reply, request),
            Rewrite::Patch(patch) => patch.apply(reply),
        }
        // The length is the pipeline's to write: it knows whether the wire keeps the promise.
        reply.headers.remove(CONTENT_LENGTH);
    }
}
