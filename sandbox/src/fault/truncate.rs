//! A body that ends before its promised length.

use super::prelude::*;
use super::reset::{Broken, Place};
use super::share::{self, Share};

/// The row of the catalogue.
pub(super) const FAULT: Fault = Fault {
    slug: "truncate",
    layer: Layer::Body,
    stages: &[Stage::Send],
    about: "the promised Content-Length, then only this share of the body, then FIN (over HTTP/2 RST_STREAM, and the connection goes on)",
    legal: "the share of the body that goes out, below 100%: 50%",
    example: "truncate: 50%",
    compile,
};

fn compile(value: Value<'_>) -> Option<Arc<dyn Effect>> {
    let share = Share::read(value)?.value();
    if share >= 1.0 {
        value.refuse("the whole body goes out", format!("less than 100%; {}", share::LEGAL));
        return None;
    }
    Some(Arc::new(Broken { place: Place::InsideBody(share), close: Close::TRUNCATED }))
}
