//! Headers set, repeated or removed.

use axum::http::{HeaderName, HeaderValue};
use bank_fixtures::document::Kind;

use super::drip::size;
use super::prelude::*;

/// The row of the catalogue.
pub(super) const FAULT: Fault = Fault {
    slug: "headers",
    layer: Layer::Http,
    stages: &[Stage::Send],
    about: "headers of the answer are set, repeated (a list of values) or removed (`~`)",
    legal: "a mapping from header names to text, to a list of texts, to {size: 16KiB} (so much text), or to ~: {x-trace: abc, etag: ~}",
    example: "headers: {content-type: text/plain, etag: ~}",
    compile,
};

#[derive(Debug)]
struct Headers(Vec<Rewrite>);

fn compile(value: Value<'_>) -> Option<Arc<dyn Effect>> {
    let mut rewrites = Vec::new();
    for (key, value) in value.entries()? {
        let Ok(name) = HeaderName::from_bytes(key.key_text().as_bytes()) else {
            key.refuse(format!("`{}` is not a header name", key.key_text()), "letters, digits and hyphens");
            continue;
        };
        if value.kind() == Kind::Null {
            rewrites.push(Rewrite::Header(name, None));
            continue;
        }
        if value.kind() == Kind::Map {
            let size = value.map(&["size"]).and_then(|map| map.required("size")).and_then(size);
            let text = size.and_then(|size| HeaderValue::from_str(&"x".repeat(size)).ok());
            rewrites.extend(text.map(|text| Rewrite::Header(name, Some(text))));
            continue;
        }
        for (index, value) in value.list_or_one().into_iter().enumerate() {
            let read = |text: &str| HeaderValue::from_str(text).map_err(|_| "not legal in a header".to_owned());
            if let Some(value) = value.parse("visible characters on one line", read) {
                rewrites.push(match index {
                    0 => Rewrite::Header(name.clone(), Some(value)),
                    _ => Rewrite::HeaderAgain(name.clone(), value),
                });
            }
        }
    }
    Some(Arc::new(Headers(rewrites)))
}

impl Effect for Headers {
    fn apply(&self, _: &Moment<'_>, plan: &mut Plan) {
        plan.rewrites.extend(self.0.iter().cloned());
    }
}
