//! A listener that takes connections and throws them away.

use super::prelude::*;

/// The row of the catalogue.
pub(super) const FAULT: Fault = Fault {
    slug: "refuse",
    layer: Layer::Socket,
    stages: &[Stage::Accept],
    about: "a connection is ended before anything is read from it",
    legal: "reset (RST) or close (FIN)",
    example: "refuse: reset",
    compile,
};

#[derive(Debug)]
struct Refuse(Http1End);

fn compile(value: Value<'_>) -> Option<Arc<dyn Effect>> {
    Some(Arc::new(Refuse(value.one_of(&[("reset", Http1End::Reset), ("close", Http1End::Fin)])?)))
}

impl Effect for Refuse {
    fn apply(&self, _: &Moment<'_>, plan: &mut Plan) {
        plan.connection.refused = Some(self.0);
    }
}
