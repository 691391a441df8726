//! A fixed status instead of the bank's answer.

use axum::http::StatusCode;

use super::prelude::*;

/// The row of the catalogue.
pub(super) const FAULT: Fault = Fault {
    slug: "status",
    layer: Layer::Http,
    stages: &[Stage::Head, Stage::Bank, Stage::Send],
    about: "this status with the dialect's own error body (or with `body`) instead of the bank's answer; beside `error` it only changes the status",
    legal: "a whole number from 200 to 599",
    example: "status: 503",
    compile,
};

#[derive(Debug)]
struct Status(StatusCode);

fn compile(value: Value<'_>) -> Option<Arc<dyn Effect>> {
    let code = value.integer(200..=599u16)?;
    Some(Arc::new(Status(StatusCode::from_u16(code).ok()?)))
}

impl Effect for Status {
    fn apply(&self, moment: &Moment<'_>, plan: &mut Plan) {
        if plan.is_ended() {
            plan.rewrites.push(Rewrite::Status(self.0));
        } else {
            plan.end(moment.stage, Ending::Fixed { status: self.0, headers: Vec::new(), body: None });
        }
    }
}
