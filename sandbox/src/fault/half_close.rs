//! A connection whose server has nothing more to say, and still listens: half-close.

use std::time::Duration;

use bank_fixtures::duration;

use super::prelude::*;

/// The row of the catalogue.
pub(super) const FAULT: Fault = Fault {
    slug: "half_close",
    layer: Layer::Socket,
    stages: &[Stage::Head, Stage::Bank, Stage::Send],
    about: "our side of the connection is closed (FIN) without a byte of an answer, and what the client still sends is read for this long; with `stage: send` the bank has acted",
    legal: duration::LEGAL,
    example: "half_close: 5s",
    compile,
};

#[derive(Debug)]
struct HalfClose(Duration);

fn compile(value: Value<'_>) -> Option<Arc<dyn Effect>> {
    Some(Arc::new(HalfClose(value.parse(duration::LEGAL, duration::parse)?)))
}

impl Effect for HalfClose {
    fn apply(&self, moment: &Moment<'_>, plan: &mut Plan) {
        plan.end(moment.stage, Ending::Close(Close::Half(self.0)));
    }
}
