//! Checks of clients: pure functions of what was recorded while the client ran.
//!
//! Owns their table. A check here sees the evidence and nothing else: no network, no clock. What could not be observed is
//! skipped, never passed.

use super::Check;
use crate::client_target::{End, Evidence};
use crate::journal::Entry;
use crate::verdict::{self, Finding, Verdict};

mod attempts_capped;
mod backoff;
mod backoff_grows;
mod backoff_jitters;
mod exact_decimals;
mod idempotent_reread;
mod leaks_nothing;
mod no_blind_payment_retry;
mod no_retry_of_permanent_errors;
mod one_payment;
mod paging_loop_guard;
mod payments;
mod refresh_once;
mod rejects_broken_bodies;
mod retry_after_date;
mod retry_after_seconds;
mod same_key_and_body_on_retry;
mod same_origin_links;
mod survives_reset;
mod understanding;
mod understands_accounts;
mod understands_transactions;

/// Every client check, in the order in which they are listed.
pub(crate) static CHECKS: &[&Check] = &[
    &retry_after_seconds::CHECK,
    &retry_after_date::CHECK,
    &backoff_grows::CHECK,
    &backoff_jitters::CHECK,
    &attempts_capped::CHECK,
    &no_retry_of_permanent_errors::CHECK,
    &survives_reset::CHECK,
    &rejects_broken_bodies::CHECK,
    &same_key_and_body_on_retry::CHECK,
    &no_blind_payment_retry::CHECK,
    &one_payment::CHECK,
    &refresh_once::CHECK,
    &leaks_nothing::CHECK,
    &paging_loop_guard::CHECK,
    &same_origin_links::CHECK,
    &exact_decimals::CHECK,
    &understands_accounts::CHECK,
    &understands_transactions::CHECK,
    &idempotent_reread::CHECK,
];

/// A journal entry as proof.
fn shown(entry: &Entry) -> verdict::Evidence {
    verdict::Evidence::journal(entry.seq, entry.summary())
}

/// The verdict of these findings. A client that had to be ended was not seen to the end: what it did wrong stays wrong,
/// but nothing it did right is a pass.
fn judged(evidence: &Evidence, findings: Vec<Finding>, measured: impl Into<String>) -> Verdict {
    let ended = evidence.numbered().find(|(_, step)| step.end == End::TimedOut);
    match ended {
        Some((index, step)) if findings.is_empty() => Verdict::broken(format!(
            "the client was still running after {:.1?} in step {} ({}) and was ended",
            step.elapsed,
            index + 1,
            step.drive.name()
        )),
        _ => Verdict::from_findings(findings, measured),
    }
}

#[cfg(test)]
mod testing;
