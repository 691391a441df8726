//! No answer at all: the connection is held, then closed.

use super::prelude::*;
use super::wait::{self, Wait};

/// The row of the catalogue.
pub(super) const FAULT: Fault = Fault {
    slug: "hang",
    layer: Layer::Socket,
    stages: &[Stage::Head, Stage::Bank, Stage::Send],
    about: "nothing is answered for this long, then the connection closes (over HTTP/2 the stream is reset); with `stage: send` the bank has acted",
    legal: "forever, or a wait: 35s, 2s..5s",
    example: "hang: 35s",
    compile,
};

#[derive(Debug)]
struct Hang(Option<Wait>);

fn compile(value: Value<'_>) -> Option<Arc<dyn Effect>> {
    if value.scalar()? == "forever" {
        return Some(Arc::new(Hang(None)));
    }
    let legal = format!("forever, or {}", wait::LEGAL);
    Some(Arc::new(Hang(Some(Wait::read(value, &legal)?))))
}

impl Effect for Hang {
    fn least(&self) -> std::time::Duration {
        self.0.as_ref().map_or(std::time::Duration::ZERO, Wait::least)
    }

    fn apply(&self, moment: &Moment<'_>, plan: &mut Plan) {
        plan.end(moment.stage, Ending::Hang(self.0.as_ref().map(|wait| wait.at(moment))));
    }
}
