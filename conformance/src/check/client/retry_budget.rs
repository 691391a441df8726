//! C10: repetitions are a small share of what is asked, however much fails.

use super::{judged, not_seen, shown};
use crate::check::{Area, Check, Run};
use crate::client_target::Evidence;
use crate::journal::{self, Entry};
use crate::params::{Param, ParamValue, Params};
use crate::verdict::{Finding, Verdict};

pub(super) static CHECK: Check = Check {
    slug: "retry-budget",
    ids: &["C10"],
    title: "repeats only a small share of its calls once many have failed",
    source: "house; SRE book ch. 21 (a budget of repetitions per client)",
    advice: "Give all calls together a budget of repetitions, a tenth of the calls or so; when it is used up, report failures at once \
             instead of asking a bank again that answers nobody.",
    area: Area::ClientWire,
    params: &[
        Param { name: "free", default: ParamValue::Count(50), about: "failed requests before the budget counts" },
        Param {
            name: "ratio",
            default: ParamValue::Ratio(1.5),
            about: "the most requests there may be for each call made after that",
        },
    ],
    run: Run::Client(judge),
};

fn judge(evidence: &Evidence, params: &Params) -> Verdict {
    let (free, most) = (params.count("free") as usize, params.ratio("ratio"));
    let (mut findings, mut spent, mut measured) = (Vec::new(), 0, Vec::new());
    for step in &evidence.steps {
        let mut failed = evidence.entries(step).filter(|entry| is_down(entry));
        let failures = evidence.entries(step).filter(|entry| is_down(entry)).count();
        let Some(last_free) = free.checked_sub(1).and_then(|place| failed.nth(place)) else {
            measured.push(format!("{failures} requests failed"));
            continue;
        };
        spent += 1;
        let calls: Vec<_> = journal::runs(evidence.entries(step).filter(|entry| entry.seq > last_free.seq))
            .into_iter()
            .filter(|run| run.attempts.iter().any(|attempt| is_down(attempt)))
            .collect();
        let requests: usize = calls.iter().map(|run| run.attempts.len()).sum();
        measured.push(format!("after {free} failed requests {requests} for {} calls", calls.len()));
        if requests as f64 > most * calls.len() as f64 {
            let what = format!(
                "after {free} failed requests {} more calls were made with {requests} requests; at most {most:.1} for each were due",
                calls.len()
            );
            let proofs = calls.iter().flat_map(|run| run.attempts.iter()).take(2);
            findings.push(proofs.fold(Finding::new(what).with(shown(last_free)), |all, entry| all.with(shown(entry))));
        }
    }
    if spent == 0 {
        return not_seen(evidence, format!("fewer than {free} requests of one run failed"));
    }
    judged(evidence, findings, measured.join("; "))
}

fn is_down(entry: &Entry) -> bool {
    entry.lost() || entry.status().is_some_and(|status| status >= 500 || status == 429)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{call, evidence, findings, passes, skips};
    use super::*;
    use crate::client_target::Drive;

    /// So many calls, each made so often.
    fn failing(calls: u64, attempts: impl Fn(u64) -> u64) -> Evidence {
        let one = |n: u64| (0..attempts(n)).map(move |_| n);
        let entry = |n| call(n, "balances.get", &format!("GET /a/{n}/balances"), 503);
        evidence(Drive::Sync, (0..calls).flat_map(one).map(entry).collect())
    }

    #[test]
    fn whoever_goes_on_repeating_fails() {
        passes(&CHECK, &failing(60, |n| if n < 10 { 5 } else { 1 }));
        passes(&CHECK, &failing(10, |_| 5));
        insta::assert_snapshot!(findings(&CHECK, &failing(30, |_| 5)), @"after 50 failed requests 20 more calls were made with 100 requests; at most 1.5 for each were due");
        skips(&CHECK, &failing(9, |_| 5));
    }
}
