//! A body that comes in drips.

use std::time::Duration;

use bank_fixtures::duration;

use super::prelude::*;
use super::share::Share;

/// The row of the catalogue.
pub(super) const FAULT: Fault = Fault {
    slug: "drip",
    layer: Layer::Socket,
    stages: &[Stage::Send],
    about: "the body comes in small pieces with a wait before each, and may stall on the way",
    legal: "{chunk: 64B, every: 250ms} and, to stall, {stall_at: 80%, stall: 20s, then: reset, close or go-on}",
    example: "drip: {chunk: 64B, every: 250ms, stall_at: 80%, stall: 20s, then: reset}",
    compile,
};

const DURATION: &str = duration::LEGAL;

#[derive(Debug)]
struct Drip {
    chunk: usize,
    every: Duration,
    stall: Option<Stall>,
}

fn compile(value: Value<'_>) -> Option<Arc<dyn Effect>> {
    let map = value.map(&["chunk", "every", "stall_at", "stall", "then"])?;
    let chunk = map.required("chunk").and_then(size);
    let every = map.required("every").and_then(|value| value.parse(DURATION, duration::parse));
    let share = map.optional("stall_at").map(Share::read);
    let wait = map.optional("stall").map(|value| value.parse(DURATION, duration::parse));
    let then = map
        .optional("then")
        .map(|value| value.one_of(&[("reset", Some(Close::Reset)), ("close", Some(Close::Fin)), ("go-on", None)]));
    let stall = match (share, wait) {
        (Some(share), Some(wait)) => {
            Some(Stall { share: share?.value(), wait: wait?, then: then.unwrap_or(Some(None))? })
        }
        (None, None) => {
            if let Some(value) = map.optional("then") {
                value.refuse("`then` without a stall", "`stall_at` and `stall` beside it");
            }
            None
        }
        _ => {
            value.refuse("a stall needs both its place and its length", "`stall_at: 80%` and `stall: 20s`");
            None
        }
    };
    Some(Arc::new(Drip { chunk: chunk?, every: every?, stall }))
}

/// `64B`, `1KiB` or a bare number of bytes.
pub(super) fn size(value: Value<'_>) -> Option<usize> {
    let read = |text: &str| {
        let (digits, factor) = match (text.strip_suffix("KiB"), text.strip_suffix('B')) {
            (Some(digits), _) => (digits, 1024),
            (None, Some(digits)) => (digits, 1),
            (None, None) => (text, 1),
        };
        let bytes = digits.trim().parse::<usize>().ok().and_then(|count| count.checked_mul(factor));
        bytes.filter(|bytes| (1..=1 << 20).contains(bytes)).ok_or_else(|| format!("`{text}` is not a number of bytes"))
    };
    value.parse("from 1B to 1024KiB: 64B, 1KiB", read)
}

impl Effect for Drip {
    fn apply(&self, _: &Moment<'_>, plan: &mut Plan) {
        plan.wire = Some(Wire::Drip { chunk: self.chunk, every: self.every, stall: self.stall });
    }
}
