//! An HTTP/2 stream that is reset while its connection goes on: RST_STREAM.

use super::http2;
use super::prelude::*;

/// The row of the catalogue.
pub(super) const FAULT: Fault = Fault {
    slug: "rst_stream",
    layer: Layer::Socket,
    stages: &[Stage::Head, Stage::Bank, Stage::Send],
    about: "over HTTP/2 this call's stream is reset (RST_STREAM) without an answer and the others go on; over HTTP/1.1, which has no streams, the connection is reset (RST)",
    legal: "an error code of RFC 9113: refused_stream, internal_error, cancel, enhance_your_calm, …",
    example: "rst_stream: refused_stream",
    compile,
};

#[derive(Debug)]
struct RstStream(u32);

fn compile(value: Value<'_>) -> Option<Arc<dyn Effect>> {
    Some(Arc::new(RstStream(http2::code(value)?)))
}

impl Effect for RstStream {
    fn apply(&self, moment: &Moment<'_>, plan: &mut Plan) {
        let close = Close::Stream { code: self.0, over_http1: Http1End::Reset };
        plan.end(moment.stage, Ending::Close(close));
    }
}
