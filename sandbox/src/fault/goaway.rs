//! An HTTP/2 connection that takes no further request: GOAWAY.

use super::http2;
use super::prelude::*;

/// The row of the catalogue.
pub(super) const FAULT: Fault = Fault {
    slug: "goaway",
    layer: Layer::Socket,
    stages: &[Stage::Send, Stage::Head, Stage::Bank],
    about: "over HTTP/2 a GOAWAY: `graceful` answers this call and then closes the connection; an error code comes instead of the answer, and says that the call was not processed unless `stage: send`. Over HTTP/1.1 `Connection: close`, or FIN without an answer",
    legal: "graceful, or an error code of RFC 9113: enhance_your_calm, internal_error, …",
    example: "goaway: graceful",
    compile,
};

#[derive(Debug)]
enum GoAway {
    Graceful,
    Code(u32),
}

fn compile(value: Value<'_>) -> Option<Arc<dyn Effect>> {
    let text = value.scalar()?;
    let goaway = match text {
        "graceful" => GoAway::Graceful,
        text if http2::named(text) => GoAway::Code(http2::code(value)?),
        text => {
            value.refuse(format!("`{text}` is no way to go"), FAULT.legal);
            return None;
        }
    };
    Some(Arc::new(goaway))
}

impl Effect for GoAway {
    fn apply(&self, moment: &Moment<'_>, plan: &mut Plan) {
        match self {
            GoAway::Graceful => plan.wire = Some(Wire::Leave),
            GoAway::Code(code) => {
                let close = Close::GoAway { code: *code, processed: moment.stage == Stage::Send };
                plan.end(moment.stage, Ending::Close(close));
            }
        }
    }
}
