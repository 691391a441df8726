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
pub mod logins;
mod no_blind_payment_retry;
mod no_retry_of_permanent_errors;
pub(crate) mod notifications;
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
    match ended_early(evidence) {
        Some(reason) if findings.is_empty() => Verdict::broken(reason),
        _ => Verdict::from_findings(findings, measured),
    }
}

/// The verdict when what a check is about did not come up: skipped, unless the client was ended before it could.
fn not_seen(evidence: &Evidence, reason: impl Into<String>) -> Verdict {
    ended_early(evidence).map_or_else(|| Verdict::skipped(reason), Verdict::broken)
}

fn ended_early(evidence: &Evidence) -> Option<String> {
    let (index, step) = evidence.numbered().find(|(_, step)| step.end == End::TimedOut)?;
    Some(format!(
        "the client was still running after {:.1?} in step {} ({}) and was ended",
        step.elapsed,
        index + 1,
        step.drive.name()
    ))
}

#[cfg(test)]
mod testing;

#[cfg(test)]
mod tests {
    use super::testing::{call, evidence, judge};
    use super::*;
    use crate::client_target::Drive;

    #[test]
    fn a_client_that_had_to_be_ended_passes_nothing_and_answers_for_what_it_did() {
        let timed_out = |entries| {
            let mut evidence = evidence(Drive::Sync, entries);
            evidence.steps[0].end = End::TimedOut;
            evidence
        };
        let limited = |at| call(at, "accounts.list", "GET /plain/accounts", 429).header("retry-after", "2");
        let early = timed_out(vec![limited(0), limited(5)]);
        assert!(matches!(judge(&retry_after_seconds::CHECK, &early), Verdict::Failed(_)));
        let (patient, quiet) = (timed_out(vec![limited(0), limited(2_000)]), timed_out(Vec::new()));
        let ended = Verdict::broken("the client was still running after 1.0s in step 1 (sync) and was ended");
        assert_eq!(judge(&retry_after_seconds::CHECK, &patient), ended);
        for check in CHECKS.iter() {
            assert_eq!(judge(check, &quiet), ended, "{}", check.slug);
        }
    }

    #[test]
    fn every_check_has_its_own_slug_ids_and_source() {
        for (index, check) in CHECKS.iter().enumerate() {
            assert!(CHECKS[index + 1..].iter().all(|other| other.slug != check.slug), "{}", check.slug);
            assert!(check.ids.iter().all(|id| id.starts_with('C')) && !check.source.is_empty(), "{}", check.slug);
        }
    }
}
