//! A connection that is reset: TCP RST.

use super::prelude::*;
use super::share::{self, Share};

/// The row of the catalogue.
pub(super) const FAULT: Fault = Fault {
    slug: "reset",
    layer: Layer::Socket,
    stages: &[Stage::Head, Stage::Bank, Stage::Send],
    about: "the connection is reset (RST) before any byte of an answer, or inside the body after the promised Content-Length; with `stage: send`, or inside the body, the bank has acted",
    legal: "before-headers, inside-body (half of it), or the share of the body that still goes out: 30%",
    example: "{stage: send, reset: before-headers}",
    compile,
};

fn compile(value: Value<'_>) -> Option<Arc<dyn Effect>> {
    let place = Place::read(value, FAULT.legal)?;
    Some(Arc::new(Broken { place, close: Close::Reset }))
}

/// Where a connection breaks.
#[derive(Debug, Clone, Copy)]
pub(super) enum Place {
    BeforeHeaders,
    InsideBody(f64),
}

/// A connection that breaks somewhere.
#[derive(Debug)]
pub(super) struct Broken {
    pub(super) place: Place,
    pub(super) close: Close,
}

impl Place {
    pub(super) fn read(value: Value<'_>, legal: &str) -> Option<Place> {
        match value.scalar()? {
            "before-headers" => Some(Place::BeforeHeaders),
            "inside-body" => Some(Place::InsideBody(0.5)),
            text => match Share::parse(text).map(Share::value) {
                Some(share) if share < 1.0 => Some(Place::InsideBody(share)),
                _ => {
                    value.refuse(format!("`{text}` is no place to break"), format!("{legal} ({})", share::LEGAL));
                    None
                }
            },
        }
    }
}

impl Effect for Broken {
    fn apply(&self, moment: &Moment<'_>, plan: &mut Plan) {
        match self.place {
            Place::BeforeHeaders => plan.end(moment.stage, Ending::Close(self.close)),
            Place::InsideBody(share) => {
                plan.wire = Some(Wire::Cut { keep: Keep::Share(share), close: self.close });
            }
        }
    }
}
