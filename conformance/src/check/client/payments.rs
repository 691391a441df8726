//! What the bank saw of one payment order.
//!
//! Owns the reading of a `pay` step that the checks of payments share.

use bank_fixtures::record::{Payment, PaymentStatus};

use crate::client_target::{Drive, Evidence, Step};
use crate::journal::Entry;
use crate::json;
use crate::normalise::generic;

/// The steps that make a payment, with their numbers.
pub(super) fn pay_steps(evidence: &Evidence) -> impl Iterator<Item = (usize, &Step)> {
    evidence.numbered().filter(|(_, step)| step.drive == Drive::Pay)
}

/// The requests of a step that order a payment.
pub(super) fn orders<'a>(evidence: &'a Evidence, step: &'a Step) -> Vec<&'a Entry> {
    evidence.entries(step).filter(|entry| entry.is("payments.create")).collect()
}

/// `true` if a client cannot know from the answer whether the bank took the order.
pub(super) fn outcome_unknown(entry: &Entry) -> bool {
    entry.lost() || entry.status().is_none_or(|status| status >= 500)
}

/// `true` if this request made a payment at the bank that was not there before.
pub(super) fn made_one(entry: &Entry) -> bool {
    entry.committed && !entry.replayed
}

/// What an answer says about a payment: the one it is about, or the first of a list.
pub(super) fn stated(entry: &Entry) -> Option<Payment> {
    let response = entry.response.as_ref().filter(|_| entry.is("payments.*") && entry.succeeded())?;
    let document = json::parse(response.body.as_deref()?).ok()?;
    let listed = || generic::payments(&document).value.records.into_iter().next();
    generic::one_payment(&document).value.or_else(listed)
}

/// Everything the bank said about the payment of a step, up to the end of that step, oldest first.
pub(super) fn statements<'a>(evidence: &'a Evidence, step: &Step) -> Vec<(&'a Entry, Payment)> {
    let until = step.journal.1;
    let entries = evidence.journal.entries().iter().filter(|entry| entry.seq <= until);
    let said: Vec<(&Entry, Payment)> = entries.filter_map(|entry| Some((entry, stated(entry)?))).collect();
    let id = said.last().map(|(_, payment)| payment.id.clone());
    said.into_iter().filter(|(_, payment)| Some(&payment.id) == id.as_ref()).collect()
}

/// The status of the payment a client handed over.
pub(super) fn claimed(step: &Step) -> Option<PaymentStatus> {
    step.output.as_ref()?.payments.first().map(|payment| payment.status)
}

/// `true` for a payment whose money has moved.
pub(super) fn settled(status: PaymentStatus) -> bool {
    matches!(status, PaymentStatus::Debited | PaymentStatus::Credited)
}

/// `true` for a status after which nothing comes but a return.
pub(super) fn is_final(status: PaymentStatus) -> bool {
    settled(status) || matches!(status, PaymentStatus::Rejected | PaymentStatus::Cancelled | PaymentStatus::Returned)
}

/// The key of a request in words.
pub(super) fn key(entry: &Entry) -> &str {
    entry.idempotency_key.as_deref().unwrap_or("no key")
}
