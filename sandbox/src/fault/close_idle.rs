//! A connection that was to be kept alive, and is closed when nobody expects it.

use std::time::Duration;

use bank_fixtures::duration;

use super::prelude::*;

/// The row of the catalogue.
pub(super) const FAULT: Fault = Fault {
    slug: "close_idle",
    layer: Layer::Socket,
    stages: &[Stage::Send],
    about: "the answer is whole and nothing says that the connection ends, but it is closed (FIN) once it has been idle for this long: a client that reuses it may find it gone",
    legal: duration::LEGAL,
    example: "close_idle: 100ms",
    compile,
};

#[derive(Debug)]
struct CloseIdle(Duration);

fn compile(value: Value<'_>) -> Option<Arc<dyn Effect>> {
    Some(Arc::new(CloseIdle(value.parse(duration::LEGAL, duration::parse)?)))
}

impl Effect for CloseIdle {
    fn apply(&self, _: &Moment<'_>, plan: &mut Plan) {
        plan.wire = Some(Wire::Idle(self.0));
    }
}
