//! Orders that more than one account holder agrees to: the block `MultiAuthorisation`.
//!
//! Owns its words. Who has to agree is the bank's business; what becomes of the order meanwhile is the ledger's.

use bank_fixtures::record::ConsentStatus;

use super::json::{Json, object};
use super::value;
use super::visit::Visit;

/// How far the agreement to an order has come, with what is kept with the order; `None` where one account holder was enough.
pub(super) fn block(visit: &Visit<'_>, paper: &Json) -> Option<Json> {
    let until = paper.text(&["SecondUntil"])?;
    let view = visit.bank.ledger.consent(paper.text(&["ConsentId"])?, visit.call.now)?;
    let late = super::shape::instant(until).is_some_and(|until| until <= visit.call.now);
    let status = match view.consent.status {
        ConsentStatus::Active | ConsentStatus::Consumed => ("Authorised", "AUTH"),
        ConsentStatus::PartiallyAuthorised if !late => ("AwaitingFurtherAuthorisation", "AWAF"),
        _ => ("Rejected", "RJCT"),
    };
    Some(object! {
        "Status": visit.version.word(status),
        "NumberRequired": REQUIRED,
        "NumberReceived": view.approvers.len() as u64,
        "LastUpdateDateTime": value::instant(view.changed_at),
        "ExpirationDateTime": until,
    })
}

/// Account holders who have to agree where one is not enough.
const REQUIRED: u64 = 2;
