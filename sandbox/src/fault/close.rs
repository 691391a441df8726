//! A connection that is closed politely, and too early: TCP FIN.

use super::prelude::*;
use super::reset::{Broken, Place};

/// The row of the catalogue.
pub(super) const FAULT: Fault = Fault {
    slug: "close",
    layer: Layer::Socket,
    stages: &[Stage::Head, Stage::Bank, Stage::Send],
    about: "the connection is closed (FIN) before any byte of an answer; with `stage: send` the bank has acted",
    legal: "before-headers, or as for `truncate`",
    example: "close: before-headers",
    compile,
};

fn compile(value: Value<'_>) -> Option<Arc<dyn Effect>> {
    let place = Place::read(value, FAULT.legal)?;
    Some(Arc::new(Broken { place, close: Close::Fin }))
}
