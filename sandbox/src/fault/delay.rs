//! An answer that comes late, and is otherwise the bank's own.

use super::prelude::*;
use super::wait::{self, Wait};

/// The row of the catalogue.
pub(super) const FAULT: Fault = Fault {
    slug: "delay",
    layer: Layer::Time,
    stages: &[Stage::Head, Stage::Bank, Stage::Send],
    about: "the answer comes late; with `stage: send` the bank acts at once and only the answer waits",
    legal: wait::LEGAL,
    example: "delay: 2s..5s",
    compile,
};

#[derive(Debug)]
struct Delay(Wait);

fn compile(value: Value<'_>) -> Option<Arc<dyn Effect>> {
    Some(Arc::new(Delay(Wait::read(value, wait::LEGAL)?)))
}

impl Effect for Delay {
    fn least(&self) -> std::time::Duration {
        self.0.least()
    }

    fn apply(&self, moment: &Moment<'_>, plan: &mut Plan) {
        let wait = self.0.at(moment);
        match moment.stage {
            Stage::Send => plan.delay_after += wait,
            _ => plan.delay_before += wait,
        }
    }
}
