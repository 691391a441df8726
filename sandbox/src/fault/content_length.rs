//! A `Content-Length` that lies.

use super::prelude::*;

/// The row of the catalogue.
pub(super) const FAULT: Fault = Fault {
    slug: "content_length",
    layer: Layer::Body,
    stages: &[Stage::Send],
    about: "Content-Length is off by so many bytes and the whole body is sent: of more the client waits for the rest in vain, of less it finds bytes where the next answer should begin",
    legal: "a number of bytes with its sign, not 0: +10, -10",
    example: "content_length: +10",
    compile,
};

/// No lie is larger, in bytes.
const MOST_BYTES: i64 = 1 << 30;

#[derive(Debug)]
struct ContentLength(i64);

fn compile(value: Value<'_>) -> Option<Arc<dyn Effect>> {
    let read = |text: &str| {
        let off: Option<i64> = text.parse().ok().filter(|off: &i64| *off != 0 && off.abs() <= MOST_BYTES);
        off.ok_or_else(|| format!("`{text}` is no lie about a length"))
    };
    Some(Arc::new(ContentLength(value.parse("a number of bytes with its sign, not 0: +10, -10", read)?)))
}

impl Effect for ContentLength {
    fn apply(&self, _: &Moment<'_>, plan: &mut Plan) {
        plan.wire = Some(Wire::Length(self.0));
    }
}
