//! 206: a part of the answer, although nobody asked for one.

use axum::http::header::CONTENT_RANGE;
use axum::http::{HeaderValue, StatusCode};

use super::prelude::*;
use super::share::{self, Share};
use crate::exchange::Reply;

/// The row of the catalogue.
pub(super) const FAULT: Fault = Fault {
    slug: "partial",
    layer: Layer::Http,
    stages: &[Stage::Send],
    about: "206 Partial Content with the first share of the body and a true Content-Range, although no range was asked for; failures and empty bodies are left alone",
    legal: "the share of the body that is in it, below 100%: 50%",
    example: "partial: 50%",
    compile,
};

#[derive(Debug)]
struct Partial(f64);

fn compile(value: Value<'_>) -> Option<Arc<dyn Effect>> {
    let share = Share::read(value)?.value();
    if share >= 1.0 {
        value.refuse("the whole body is no part of it", format!("less than 100%; {}", share::LEGAL));
        return None;
    }
    Some(Arc::new(Partial(share)))
}

impl Effect for Partial {
    fn apply(&self, _: &Moment<'_>, plan: &mut Plan) {
        plan.rewrites.push(Rewrite::Partial(self.0));
    }
}

/// The first share of a success, at least one byte of it.
pub(super) fn apply(share: f64, reply: &mut Reply) {
    let whole = reply.body.len();
    if !reply.status.is_success() || whole < 2 {
        return;
    }
    let part = ((whole as f64 * share) as usize).clamp(1, whole - 1);
    reply.body.truncate(part);
    reply.status = StatusCode::PARTIAL_CONTENT;
    if let Ok(range) = HeaderValue::from_str(&format!("bytes 0-{}/{whole}", part - 1)) {
        reply.headers.insert(CONTENT_RANGE, range);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_says_which_part_it_is() {
        let mut reply = Reply::new(StatusCode::OK, "application/json", "0123456789");
        apply(0.5, &mut reply);
        assert_eq!((reply.status, &reply.body[..]), (StatusCode::PARTIAL_CONTENT, &b"01234"[..]));
        assert_eq!(reply.headers[CONTENT_RANGE], "bytes 0-4/10");
        let mut refusal = Reply::new(StatusCode::NOT_FOUND, "application/json", "{}");
        apply(0.5, &mut refusal);
        assert_eq!(refusal.status, StatusCode::NOT_FOUND);
    }
}
