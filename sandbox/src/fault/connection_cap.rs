//! A bank that takes so many connections at a time.

use super::prelude::*;

/// The row of the catalogue.
pub(super) const FAULT: Fault = Fault {
    slug: "connection_cap",
    layer: Layer::Socket,
    stages: &[Stage::Accept],
    about: "while so many connections to the bank are open, in all worlds together, a further one is reset (RST) before anything is read",
    legal: "a number of connections: 10",
    example: "connection_cap: 10",
    compile,
};

#[derive(Debug)]
struct ConnectionCap(u64);

fn compile(value: Value<'_>) -> Option<Arc<dyn Effect>> {
    Some(Arc::new(ConnectionCap(value.integer(0..=1_000_000u64)?)))
}

impl Effect for ConnectionCap {
    fn apply(&self, _: &Moment<'_>, plan: &mut Plan) {
        let cap = &mut plan.connection.cap;
        *cap = Some(cap.map_or(self.0, |other| other.min(self.0)));
    }
}
