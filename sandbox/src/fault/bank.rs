//! Things that happen at the bank.

use super::prelude::*;

/// The row of the catalogue.
pub(super) const FAULT: Fault = Fault {
    slug: "bank",
    layer: Layer::Bank,
    stages: &[Stage::Head],
    about: "something happens at the bank: the account holder withdraws the consent, so that this call and all later ones under it are refused as the dialect says",
    legal: "{consent.status: revoked}",
    example: "bank: {consent.status: revoked}",
    compile,
};

#[derive(Debug)]
struct Event(Act);

fn compile(value: Value<'_>) -> Option<Arc<dyn Effect>> {
    let map = value.map(&["consent.status"])?;
    map.required("consent.status")?.word_of(&["revoked"])?;
    Some(Arc::new(Event(Act::RevokeConsent)))
}

impl Effect for Event {
    fn apply(&self, _: &Moment<'_>, plan: &mut Plan) {
        plan.acts.push(self.0.clone());
    }
}
