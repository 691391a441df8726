//! Changes of an answer after it was rendered: what a proxy between bank and client could do to it.

use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use bank_fixtures::seed::Seed;
use bytes::Bytes;

use super::corrupt::Corrupt;
use super::data::Data;
use super::drift::Drift;
use super::encoding::Encoding;
use super::malformed::Malformed;
use super::next_link::NextLink;
use super::oauth::{Forge, Lied};
use super::partial;
use super::patch::Patch;
use super::redirect::Redirect;
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
    /// The rows of a list are not the bank's.
    Data(Data),
    /// The body stays JSON and is not what was documented.
    Drift(Drift),
    /// The body is made syntactically wrong JSON.
    Malformed(Malformed),
    /// The body comes in another encoding.
    Encoding(Encoding),
    /// Bits or bytes of the body change, at places this chance draws.
    Corrupt(Corrupt, Seed),
    /// Only this share of the body, as 206.
    Partial(f64),
    /// The answer is a redirect, and says where to.
    Redirect(Redirect),
    /// The link to the next page lies.
    NextLink(NextLink),
    /// Values inside a JSON body are set or removed.
    Patch(Patch),
    /// The authorization server lies.
    OAuth(Lied),
}

/// What a change may look at besides the answer itself.
pub struct Scene<'a> {
    /// What the answer answers.
    pub request: &'a Request,
    /// What the bank would answer to a read of this address of the same list; `None` if it is none, or refused.
    pub read: &'a dyn Fn(&str) -> Option<Reply>,
    /// The keys of the bank that answers.
    pub keys: &'a dyn Forge,
}

impl Rewrite {
    /// Makes the change.
    pub fn apply(&self, reply: &mut Reply, scene: &Scene<'_>) {
        match self {
            Rewrite::Status(status) => reply.status = *status,
            Rewrite::Header(name, Some(value)) => {
                reply.headers.insert(name, value.clone());
            }
            Rewrite::Header(name, None) => {
                reply.headers.remove(name);
                reply.withheld.push(name.clone());
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
            Rewrite::Data(data) => data.apply(reply, scene),
            Rewrite::Drift(drift) => reply.body = drift.of(&reply.body),
            Rewrite::Malformed(kind) => reply.body = kind.of(&reply.body),
            Rewrite::Encoding(encoding) => encoding.apply(reply),
            Rewrite::Corrupt(corrupt, chance) => reply.body = corrupt.of(&reply.body, *chance),
            Rewrite::Partial(share) => partial::apply(*share, reply),
            Rewrite::Redirect(redirect) => redirect.apply(reply, scene.request),
            Rewrite::NextLink(lie) => lie.apply(reply, scene.request),
            Rewrite::Patch(patch) => patch.apply(reply),
            Rewrite::OAuth(lied) => lied.apply(reply, scene),
        }
        // The length is the pipeline's to write: it knows whether the wire keeps the promise.
        reply.headers.remove(CONTENT_LENGTH);
    }
}
