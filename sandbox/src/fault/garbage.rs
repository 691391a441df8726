//! Bytes that are no answer.

use super::drip::size;
use super::prelude::*;

/// The row of the catalogue.
pub(super) const FAULT: Fault = Fault {
    slug: "garbage",
    layer: Layer::Socket,
    stages: &[Stage::Head, Stage::Bank, Stage::Send],
    about: "bytes that are no HTTP at all come instead of the answer, then FIN; with `stage: send` the bank has acted",
    legal: "how many random bytes: 64B, 1KiB",
    example: "garbage: 64B",
    compile,
};

#[derive(Debug)]
struct Garbage(usize);

fn compile(value: Value<'_>) -> Option<Arc<dyn Effect>> {
    Some(Arc::new(Garbage(size(value)?)))
}

impl Effect for Garbage {
    fn apply(&self, moment: &Moment<'_>, plan: &mut Plan) {
        let chance = moment.chance.of("garbage");
        // The first byte has its high bit set: no text, no HTTP/1.1 and, as part of a length, no HTTP/2 frame we could mean.
        let byte = |at: usize| ((chance.at(at as u64).unit() * 256.0) as u8) | if at == 0 { 0x80 } else { 0 };
        let bytes: Vec<u8> = (0..self.0).map(byte).collect();
        plan.end(moment.stage, Ending::Garbage(bytes.into()));
    }
}
