//! A connection that nobody attends to for a while.

use super::prelude::*;
use super::wait::{self, Wait};

/// The row of the catalogue.
pub(super) const FAULT: Fault = Fault {
    slug: "accept_delay",
    layer: Layer::Time,
    stages: &[Stage::Accept],
    about: "the connection is open, and for this long nothing is read from it, no TLS handshake either",
    legal: wait::LEGAL,
    example: "accept_delay: 2s",
    compile,
};

#[derive(Debug)]
struct AcceptDelay(Wait);

fn compile(value: Value<'_>) -> Option<Arc<dyn Effect>> {
    Some(Arc::new(AcceptDelay(Wait::read(value, wait::LEGAL)?)))
}

impl Effect for AcceptDelay {
    fn apply(&self, moment: &Moment<'_>, plan: &mut Plan) {
        plan.connection.delay += self.0.at(moment);
    }
}
