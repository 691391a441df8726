//! C12: what the bank refused for good is not asked again.

use std::time::Duration;

use super::{judged, not_seen, shown};
use crate::check::{Area, Check, Run};
use crate::client_target::Evidence;
use crate::journal::Entry;
use crate::params::Params;
use crate::verdict::{Finding, Verdict};

/// Every client waits this long for an answer.
const WAITED_FOR: Duration = Duration::from_secs(2);
/// Refusals that the same request will meet again.
const PERMANENT: &[u16] = &[400, 403, 404, 405, 406, 410, 413, 414, 415, 422];

pub(super) static CHECK: Check = Check {
    slug: "no-retry-of-permanent-errors",
    ids: &["C12"],
    title: "never repeats a request that was refused for good",
    source: "RFC 9110 §15.5",
    advice: "Repeat only what may pass (408, 425, 429, most of 5xx, lost connections). On 400, 403, 404, 405, 406, 410, \
             413, 415 and 422 report the failure and go on with the rest.",
    area: Area::ClientWire,
    params: &[],
    run: Run::Client(judge),
};

fn judge(evidence: &Evidence, _: &Params) -> Verdict {
    let (mut findings, mut refused) = (Vec::new(), 0);
    for step in &evidence.steps {
        let entries: Vec<&Entry> = evidence.entries(step).collect();
        for (index, entry) in entries.iter().enumerate().filter(|(_, entry)| permanent(entry)) {
            refused += 1;
            if let Some(again) = entries[index + 1..].iter().find(|later| same_request(entry, later)) {
                let what = format!(
                    "{} {} was answered {} and sent again {:.3} s later",
                    entry.method,
                    entry.target,
                    entry.status().unwrap_or_default(),
                    again.gap_after(entry).as_secs_f64()
                );
                findings.push(Finding::new(what).with(shown(entry)).with(shown(again)));
            }
        }
    }
    if refused == 0 {
        return not_seen(evidence, "no request was refused for good");
    }
    judged(evidence, findings, format!("{refused} refusals, none asked again"))
}

/// A refusal the client can have read: one that took longer may have come when nobody waited for it any more.
fn permanent(entry: &Entry) -> bool {
    let took = entry.ended_ns.unwrap_or(entry.started_ns).saturating_sub(entry.started_ns);
    !entry.lost()
        && took < WAITED_FOR.as_nanos() as u64
        && entry.status().is_some_and(|status| PERMANENT.contains(&status))
}

fn same_request(a: &Entry, b: &Entry) -> bool {
    a.method == b.method && a.target == b.target && a.request.body_sha256 == b.request.body_sha256
}

#[cfg(test)]
mod tests {
    use super::super::testing::{call, evidence, findings, passes, skips};
    use super::*;
    use crate::client_target::Drive;

    #[test]
    fn one_request_each_passes_and_a_repetition_fails() {
        let refused = |at, status| call(at, "balances.get", &format!("GET /plain/accounts/{status}/balances"), status);
        passes(&CHECK, &evidence(Drive::Sync, vec![refused(0, 403), refused(1, 404), refused(2, 422)]));
        let twice = vec![refused(0, 403), refused(1, 404), refused(90, 404)];
        insta::assert_snapshot!(findings(&CHECK, &evidence(Drive::Sync, twice)), @"GET /plain/accounts/404/balances was answered 404 and sent again 0.089 s later");
        skips(&CHECK, &evidence(Drive::Sync, vec![refused(0, 503), refused(9, 200)]));
    }

    #[test]
    fn another_page_of_the_same_list_is_another_request() {
        let list = |at, query: &str, status| call(at, "transactions.list", &format!("GET /t?{query}"), status);
        passes(&CHECK, &evidence(Drive::Sync, vec![list(0, "cursor=x", 400), list(1, "limit=100", 200)]));
    }
}
