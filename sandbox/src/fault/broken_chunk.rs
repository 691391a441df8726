//! A chunked body that breaks.

use super::drip::size;
use super::prelude::*;

/// The row of the catalogue.
pub(super) const FAULT: Fault = Fault {
    slug: "broken_chunk",
    layer: Layer::Body,
    stages: &[Stage::Send],
    about: "the body comes in chunks (RFC 9112 7.1) and breaks: a size that is no number, or no last chunk before FIN or RST. HTTP/2 has no chunks: the stream is reset instead",
    legal: "bad-size, no-end, reset, or {kind: bad-size, chunk: 256B, after: 3} for so many good chunks before",
    example: "broken_chunk: {kind: bad-size, chunk: 256B, after: 3}",
    compile,
};

/// Bytes per chunk where the file does not say.
const CHUNK_BYTES: usize = 256;

#[derive(Debug)]
struct BrokenChunk {
    chunk: usize,
    after: Option<usize>,
    broken: Break,
}

fn compile(value: Value<'_>) -> Option<Arc<dyn Effect>> {
    if value.kind() != Kind::Map {
        let broken = kind(value)?;
        // One good chunk shows the client that the head was honest.
        let after = if broken == Break::BadSize { Some(1) } else { None };
        return Some(Arc::new(BrokenChunk { chunk: CHUNK_BYTES, after, broken }));
    }
    let map = value.map(&["kind", "chunk", "after"])?;
    let broken = map.required("kind").and_then(kind);
    let chunk = map.optional("chunk").map(size);
    let after = map.optional("after").map(|value| value.integer(0..=1_000_000usize));
    Some(Arc::new(BrokenChunk {
        chunk: chunk.unwrap_or(Some(CHUNK_BYTES))?,
        after: after.map_or(Some(None), |read| read.map(Some))?,
        broken: broken?,
    }))
}

fn kind(value: Value<'_>) -> Option<Break> {
    value.one_of(&[("bad-size", Break::BadSize), ("no-end", Break::NoEnd), ("reset", Break::Reset)])
}

impl Effect for BrokenChunk {
    fn apply(&self, _: &Moment<'_>, plan: &mut Plan) {
        plan.wire = Some(Wire::Chunks { chunk: self.chunk, after: self.after, broken: self.broken });
    }
}
