//! Things that happen at the bank.

use super::outcome::{self, ACCOUNT_STATUSES, CONSENT_ENDS};
use super::prelude::*;

/// The row of the catalogue.
pub(super) const FAULT: Fault = Fault {
    slug: "bank",
    layer: Layer::Bank,
    stages: &[Stage::Head],
    about: "something happens at the bank before this call is looked at: its consent ends (or a second account holder decides about it), its account is closed or blocked, or the payment it names, or is about to order, takes another course; this call and all later ones meet it as the dialect says",
    legal: "{consent.status: revoked, revoked-by-bank, expired, consumed, rejected or authorised}, {account.status: closed, blocked or open}, or {payment.status: RJCT, CANC, returned, ACSC, ACCC or, for ever, PDNG, ACTC, ACCP, ACFC, ACWC, ACSP, ACWP or BLCK, reason: AM04}",
    example: "bank: {consent.status: revoked}",
    compile,
};

#[derive(Debug)]
struct Event(Act);

fn compile(value: Value<'_>) -> Option<Arc<dyn Effect>> {
    let map = value.map(&["consent.status", "account.status", "payment.status", "reason"])?;
    let said: Vec<&str> =
        ["consent.status", "account.status", "payment.status"].into_iter().filter(|key| map.has(key)).collect();
    let act = match said.as_slice() {
        ["consent.status"] => Act::EndConsent(map.required("consent.status")?.one_of(CONSENT_ENDS)?),
        ["account.status"] => Act::SetAccount(map.required("account.status")?.one_of(ACCOUNT_STATUSES)?),
        ["payment.status"] => Act::OverrulePayment(outcome::payment(&map)?),
        _ => {
            value.refuse(
                "this effect must say what happens",
                "exactly one of consent.status, account.status and payment.status",
            );
            return None;
        }
    };
    if let Some(reason) = map.optional("reason").filter(|_| said != ["payment.status"]) {
        reason.refuse("only a payment has a reason", "payment.status beside it, or no reason");
        return None;
    }
    Some(Arc::new(Event(act)))
}

impl Effect for Event {
    fn apply(&self, _: &Moment<'_>, plan: &mut Plan) {
        plan.acts.push(self.0.clone());
    }
}
