//! What the bank saw of one payment order.
//!
//! Owns the reading of a `pay` step that the checks of payments share.

use crate::client_target::{Drive, Evidence, Step};
use crate::journal::Entry;

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

/// The key of a request in words.
pub(super) fn key(entry: &Entry) -> &str {
    entry.idempotency_key.as_deref().unwrap_or("no key")
}
