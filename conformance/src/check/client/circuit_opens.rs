//! C14: a bank that answers nothing any more is left alone.

use super::{judged, not_seen, shown};
use crate::check::{Area, Check, Run};
use crate::client_target::Evidence;
use crate::journal::Entry;
use crate::params::{Param, ParamValue, Params};
use crate::verdict::{Finding, Verdict};

pub(super) static CHECK: Check = Check {
    slug: "circuit-opens",
    ids: &["C14"],
    title: "stops asking a bank that has failed twenty times in a row, but for a probe now and then",
    source: "house; SRE book ch. 22, the circuit breaker pattern",
    advice: "Count failures of the bank across calls. After twenty in a row fail calls at once, send one probe every few seconds, and go back to work when it succeeds.",
    area: Area::ClientWire,
    params: &[
        Param {
            name: "failures",
            default: ParamValue::Count(20),
            about: "failures in a row after which the circuit must be open",
        },
        Param {
            name: "share",
            default: ParamValue::Ratio(0.10),
            about: "the most that may be left of the rate of requests before",
        },
        Param { name: "probes", default: ParamValue::Count(2), about: "requests granted whatever the rate" },
    ],
    run: Run::Client(judge),
};

fn judge(evidence: &Evidence, params: &Params) -> Verdict {
    let (failures, share, probes) = (params.count("failures") as usize, params.ratio("share"), params.count("probes"));
    let (mut findings, mut opened) = (Vec::new(), 0);
    for step in &evidence.steps {
        let entries: Vec<&Entry> = evidence.entries(step).collect();
        let runs = entries.iter().enumerate().scan(0, |row, (place, entry)| {
            *row = if down(entry) { *row + 1 } else { 0 };
            Some((place, *row))
        });
        let Some((place, _)) = { runs }.find(|(_, row)| *row == failures) else { continue };
        opened += 1;
        let (first, last) = (entries[place + 1 - failures], entries[place]);
        let seconds = |from: &Entry, to: &Entry| to.started_ns.saturating_sub(from.started_ns) as f64 / 1e9;
        let before = failures as f64 / seconds(first, last).max(0.001);
        let after: Vec<&&Entry> = entries[place + 1..].iter().take_while(|entry| down(entry)).collect();
        let Some(end) = after.last() else { continue };
        let (count, took) = (after.len() as f64, seconds(last, end));
        if count > probes as f64 + share * before * took {
            let what = format!(
                "after {failures} failures in a row ({before:.1} requests/s) {count} more requests followed in {took:.1} s"
            );
            findings.push(Finding::new(what).with(shown(last)).with(shown(end)));
        }
    }
    if opened == 0 {
        return not_seen(evidence, format!("no {failures} calls in a row failed"));
    }
    judged(evidence, findings, format!("{opened} times left alone after {failures} failures"))
}

fn down(entry: &Entry) -> bool {
    entry.lost() || entry.status().is_some_and(|status| status >= 500)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{call, evidence, findings, passes, skips};
    use super::*;
    use crate::client_target::Drive;

    fn failing(count: u64) -> Evidence {
        let failure = |n: u64| call(n * 100, "balances.get", &format!("GET /a/{}/balances", n / 5), 503);
        evidence(Drive::Sync, (0..count).map(failure).collect())
    }

    #[test]
    fn a_probe_passes_and_business_as_usual_fails() {
        passes(&CHECK, &failing(22));
        insta::assert_snapshot!(findings(&CHECK, &failing(60)), @"after 20 failures in a row (10.5 requests/s) 40 more requests followed in 4.0 s");
        skips(&CHECK, &failing(19));
    }
}
