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
    let read = |text: &str| Wait::parse(text).ok_or_else(|| format!("`{text}` is not a wait"));
    let legal = format!("forever, or {}", wait::LEGAL);
    Some(Arc::new(Hang(Some(value.parse(&legal, read)?))))
}

impl Effect for Hang {
    fn apply(&self, moment: &Moment<'_>, plan: &mut Plan) {
        plan.end(moment.stage, Ending::Hang(self.0.map(|wait| wait.at(moment))));
    }
}
