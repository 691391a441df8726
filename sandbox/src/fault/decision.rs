//! What the account holder does with an authorization request.

use super::prelude::*;
use crate::auth::{OUTCOMES, Outcome};

/// The row of the catalogue.
pub(super) const FAULT: Fault = Fault {
    slug: "decision",
    layer: Layer::OAuth,
    stages: &[Stage::Head],
    about: "the account holder decides so, whatever was pressed or asked for: at `authorize.start` without a page if `login_hint` names them, else once they have logged in; at `authorize.decide` whatever button it was",
    legal: "approve, partial (the first account alone), deny, abandon (the client never hears), slow (a minute later), wrong-user, second-approver, expire or replayed-code",
    example: "decision: deny",
    compile,
};

#[derive(Debug)]
struct Decided(Outcome);

fn compile(value: Value<'_>) -> Option<Arc<dyn Effect>> {
    let table: Vec<(&str, Outcome)> = OUTCOMES.iter().map(|row| (row.0, row.1)).collect();
    Some(Arc::new(Decided(value.one_of(&table)?)))
}

impl Effect for Decided {
    fn apply(&self, _: &Moment<'_>, plan: &mut Plan) {
        plan.acts.push(Act::Decide(self.0));
    }
}
