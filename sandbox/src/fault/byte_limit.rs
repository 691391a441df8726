//! A body that ends after so many bytes.

use super::drip::size;
use super::prelude::*;

/// The row of the catalogue.
pub(super) const FAULT: Fault = Fault {
    slug: "byte_limit",
    layer: Layer::Socket,
    stages: &[Stage::Send],
    about: "the promised Content-Length, then only so many bytes of the body, then RST or FIN; a body that is shorter loses its last byte",
    legal: "a number of bytes (512B, 4KiB), or {bytes: 4KiB, then: reset or close}; reset if left out",
    example: "byte_limit: {bytes: 4KiB, then: close}",
    compile,
};

#[derive(Debug)]
struct ByteLimit {
    bytes: usize,
    close: Close,
}

fn compile(value: Value<'_>) -> Option<Arc<dyn Effect>> {
    if value.kind() != Kind::Map {
        return Some(Arc::new(ByteLimit { bytes: size(value)?, close: Close::Reset }));
    }
    let map = value.map(&["bytes", "then"])?;
    let bytes = map.required("bytes").and_then(size);
    let close = map.optional("then").map(|value| value.one_of(&[("reset", Close::Reset), ("close", Close::Fin)]));
    Some(Arc::new(ByteLimit { bytes: bytes?, close: close.unwrap_or(Some(Close::Reset))? }))
}

impl Effect for ByteLimit {
    fn apply(&self, _: &Moment<'_>, plan: &mut Plan) {
        plan.wire = Some(Wire::Cut { keep: Keep::Bytes(self.bytes), close: self.close });
    }
}
