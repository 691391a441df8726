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
mod backoff_exponential;
mod backoff_grows;
mod backoff_jitters;
mod bad_row_alone;
mod balances_follow_entries;
mod cancels_honestly;
mod circuit_opens;
mod coverage;
mod degrades_partially;
mod encodings_decoded;
mod errors_classified;
mod exact_decimals;
mod failures_reported;
mod final_status_kept;
mod four_reads_a_day;
mod gaps_reported;
mod harmless_changes_tolerated;
mod huge_waits_put_off;
mod idempotent_reread;
mod in_progress_waited_for;
mod key_outlives_process;
mod late_refusals_noticed;
mod leaks_nothing;
pub mod logins;
mod new_key_for_new_payment;
mod no_blind_payment_retry;
mod no_doubled_entries;
mod no_faked_presence;
mod no_forbidden_request;
mod no_refresh_on_forbidden;
mod no_retry_of_permanent_errors;
pub(crate) mod notifications;
mod one_payment;
mod paging_loop_guard;
mod payment_keys;
mod payments;
mod pending_matures;
mod polls_politely;
mod quota_waited_for;
mod refresh_once;
mod refresh_token_kept;
mod refreshes_ahead;
mod rejection_is_final;
mod rejects_broken_bodies;
mod restarts_invalidated_lists;
mod retry_after_before_reset;
mod retry_after_date;
mod retry_after_seconds;
mod retry_after_spread;
mod retry_budget;
mod same_key_and_body_on_retry;
mod same_origin_links;
mod settled_when_settled;
mod stops_on_invalid_grant;
mod stops_on_key_conflict;
mod stops_on_revocation;
mod survives_clock_skew;
mod survives_hostile_bodies;
mod survives_reset;
mod total_deadline;
mod understanding;
mod understands_accounts;
mod understands_transactions;
mod unknown_errors_back_off;

pub use coverage::{Coverage, RULES, Rule, STIMULI};

/// Every client check, in the order in which they are listed.
pub(crate) static CHECKS: &[&Check] = &[
    &retry_after_seconds::CHECK,
    &retry_after_date::CHECK,
    &retry_after_before_reset::CHECK,
    &retry_after_spread::CHECK,
    &huge_waits_put_off::CHECK,
    &backoff_grows::CHECK,
    &backoff_exponential::CHECK,
    &backoff_jitters::CHECK,
    &attempts_capped::CHECK,
    &retry_budget::CHECK,
    &no_retry_of_permanent_errors::CHECK,
    &unknown_errors_back_off::CHECK,
    &circuit_opens::CHECK,
    &four_reads_a_day::CHECK,
    &no_faked_presence::CHECK,
    &no_forbidden_request::CHECK,
    &quota_waited_for::CHECK,
    &total_deadline::CHECK,
    &survives_reset::CHECK,
    &rejects_broken_bodies::CHECK,
    &survives_hostile_bodies::CHECK,
    &payment_keys::CHECK,
    &same_key_and_body_on_retry::CHECK,
    &new_key_for_new_payment::CHECK,
    &key_outlives_process::CHECK,
    &in_progress_waited_for::CHECK,
    &stops_on_key_conflict::CHECK,
    &no_blind_payment_retry::CHECK,
    &one_payment::CHECK,
    &settled_when_settled::CHECK,
    &final_status_kept::CHECK,
    &late_refusals_noticed::CHECK,
    &rejection_is_final::CHECK,
    &cancels_honestly::CHECK,
    &polls_politely::CHECK,
    &refresh_once::CHECK,
    &refresh_token_kept::CHECK,
    &refreshes_ahead::CHECK,
    &stops_on_invalid_grant::CHECK,
    &no_refresh_on_forbidden::CHECK,
    &stops_on_revocation::CHECK,
    &survives_clock_skew::CHECK,
    &leaks_nothing::CHECK,
    &paging_loop_guard::CHECK,
    &restarts_invalidated_lists::CHECK,
    &same_origin_links::CHECK,
    &encodings_decoded::CHECK,
    &exact_decimals::CHECK,
    &understands_accounts::CHECK,
    &understands_transactions::CHECK,
    &no_doubled_entries::CHECK,
    &idempotent_reread::CHECK,
    &pending_matures::CHECK,
    &balances_follow_entries::CHECK,
    &gaps_reported::CHECK,
    &failures_reported::CHECK,
    &degrades_partially::CHECK,
    &bad_row_alone::CHECK,
    &errors_classified::CHECK,
    &harmless_changes_tolerated::CHECK,
];

/// A journal entry as proof.
fn shown(entry: &Entry) -> verdict::Evidence {
    verdict::Evidence::journal(entry.seq, entry.summary())
}

/// Whether a scenario did something about this exchange in whose words this occurs.
fn decided(entry: &Entry, words: &str) -> bool {
    entry.decisions.iter().any(|decision| decision.effect.contains(words))
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
