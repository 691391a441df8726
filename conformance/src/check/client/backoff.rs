//! Waits between attempts, attempt by attempt, over many calls.
//!
//! Owns the sample and the statistics of `backoff-grows` and `backoff-jitters`: thresholds and pass rates were found by
//! simulation (20 operations, 8 ms noise), so the shape of the sample is part of the rule.

use std::time::Duration;

use super::not_seen;
use crate::client_target::Evidence;
use crate::journal::{Entry, Run};
use crate::verdict::Verdict;

/// With fewer calls than this nothing can be said.
pub(super) const LEAST_CALLS: usize = 8;
/// With fewer calls than this chance alone can make good waits look as if they did not grow.
pub(super) const SURE_CALLS: usize = 20;

/// Waits in seconds: for each attempt index (the first wait first), one per call, sorted.
pub(super) struct Sample<'a> {
    pub(super) runs: Vec<Run<'a>>,
    pub(super) waits: Vec<Vec<f64>>,
}

/// The sample of a record.
///
/// # Errors
/// The verdict, if there is too little to judge.
pub(super) fn sample(evidence: &Evidence) -> Result<Sample<'_>, Verdict> {
    let failing: Vec<Run<'_>> =
        evidence.runs().into_iter().filter(|run| free_to_choose(run.first()) && !run.succeeded_at_once()).collect();
    let runs: Vec<Run<'_>> = failing.iter().filter(|run| free_gaps(run).len() >= 2).cloned().collect();
    if failing.is_empty() {
        return Err(not_seen(evidence, "no call failed in a way that leaves the wait to the client"));
    }
    if runs.len() < LEAST_CALLS {
        return Err(Verdict::inconclusive(format!(
            "{} calls were sent again at least twice; {LEAST_CALLS} are needed",
            runs.len()
        )));
    }
    let gaps: Vec<Vec<Duration>> = runs.iter().map(free_gaps).collect();
    let waits = (0..)
        .map(|index| {
            let mut waits: Vec<f64> =
                gaps.iter().filter_map(|gaps| gaps.get(index)).map(Duration::as_secs_f64).collect();
            waits.sort_by(f64::total_cmp);
            waits
        })
        .take_while(|waits| waits.len() >= LEAST_CALLS)
        .collect();
    Ok(Sample { runs, waits })
}

impl Sample<'_> {
    /// The median wait of each index, in seconds.
    pub(super) fn medians(&self) -> Vec<f64> {
        self.waits.iter().map(|waits| quantile(waits, 0.5)).collect()
    }

    /// Sample and medians in words.
    pub(super) fn words(&self) -> String {
        let medians: Vec<String> = self.medians().iter().map(|wait| format!("{:.0}", wait * 1000.0)).collect();
        format!("{} calls, median waits {} ms", self.runs.len(), medians.join(", "))
    }
}

/// Linear interpolation between the two nearest of sorted values.
pub(super) fn quantile(sorted: &[f64], share: f64) -> f64 {
    let place = share * sorted.len().saturating_sub(1) as f64;
    let (low, high) = (place.floor() as usize, place.ceil() as usize);
    match (sorted.get(low), sorted.get(high)) {
        (Some(a), Some(b)) => a + (b - a) * place.fract(),
        _ => 0.0,
    }
}

/// `true` for a failure after which the wait is the client's own choice.
fn free_to_choose(entry: &Entry) -> bool {
    let overloaded = entry.status().is_some_and(|status| status >= 500 || status == 429);
    overloaded && entry.response_header("retry-after").is_none()
}

fn free_gaps(run: &Run<'_>) -> Vec<Duration> {
    run.pairs()
        .take_while(|(earlier, _)| free_to_choose(earlier))
        .map(|(earlier, later)| later.gap_after(earlier))
        .collect()
}

/// A record of `calls` accounts whose attempts fail four times; `wait(call, index)` gives each wait in milliseconds.
#[cfg(test)]
pub(super) fn made_of(calls: u64, wait: impl Fn(u64, u32) -> u64) -> Evidence {
    made_with(calls, 4, wait)
}

/// As [`made_of`], with so many failures of each call.
#[cfg(test)]
pub(super) fn made_with(calls: u64, failures: u32, wait: impl Fn(u64, u32) -> u64) -> Evidence {
    use super::testing::{call, evidence};
    let (mut entries, mut now) = (Vec::new(), 0);
    for account in 0..calls {
        let line = format!("GET /plain/accounts/{account}/transactions");
        for index in 0..failures {
            entries.push(call(now, "transactions.list", &line, 503));
            now += wait(account, index);
        }
        entries.push(call(now, "transactions.list", &line, 200));
        now += 10;
    }
    evidence(crate::client_target::Drive::Sync, entries)
}
