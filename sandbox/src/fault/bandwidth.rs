//! A thin pipe.

use std::time::Duration;

use super::prelude::*;

/// The row of the catalogue.
pub(super) const FAULT: Fault = Fault {
    slug: "bandwidth",
    layer: Layer::Socket,
    stages: &[Stage::Send],
    about: "the body comes at so many bytes per second at most, evenly",
    legal: "bytes per second, from 1B/s to 16MiB/s: 500B/s, 64KiB/s",
    example: "bandwidth: 64KiB/s",
    compile,
};

/// Pieces per second, as far as a piece has at least a byte.
const PIECES: u64 = 20;
const MOST: u64 = 16 << 20;

#[derive(Debug)]
struct Bandwidth {
    bytes_per_second: u64,
}

fn compile(value: Value<'_>) -> Option<Arc<dyn Effect>> {
    let read = |text: &str| {
        let rate = text.strip_suffix("/s").map(str::trim_end);
        let bytes = rate.and_then(|rate| {
            let units = [("MiB", 1 << 20), ("KiB", 1 << 10), ("B", 1u64)];
            let (unit, factor) = units.into_iter().find(|(unit, _)| rate.ends_with(unit))?;
            rate.strip_suffix(unit)?.trim_end().parse::<u64>().ok()?.checked_mul(factor)
        });
        bytes.filter(|bytes| (1..=MOST).contains(bytes)).ok_or_else(|| format!("`{text}` is no bandwidth"))
    };
    Some(Arc::new(Bandwidth { bytes_per_second: value.parse(FAULT.legal, read)? }))
}

impl Effect for Bandwidth {
    fn apply(&self, _: &Moment<'_>, plan: &mut Plan) {
        let chunk = (self.bytes_per_second / PIECES).max(1);
        let every = Duration::from_secs(1).mul_f64(chunk as f64 / self.bytes_per_second as f64);
        plan.wire = Some(Wire::Drip { chunk: chunk as usize, every, stall: None });
    }
}
