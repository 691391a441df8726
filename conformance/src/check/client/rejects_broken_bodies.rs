//! C25: a body that is cut short or is not JSON is no data.

use serde::de::IgnoredAny;

use super::{judged, not_seen, shown};
use crate::check::{Area, Check, Run};
use crate::client_target::Evidence;
use crate::journal::{Ending, Entry};
use crate::params::{Param, ParamValue, Params};
use crate::verdict::{self, Finding, Verdict};

pub(super) static CHECK: Check = Check {
    slug: "rejects-broken-bodies",
    ids: &["C25"],
    title: "applies nothing from a body that is cut short or not JSON, and does not ask for it for ever",
    source: "RFC 9110 §6.1, RFC 9112 §8",
    advice: "Compare the body with Content-Length and parse all of it before using any of it. Ask again once or twice, \
             then report a protocol violation for that list and keep what you had.",
    area: Area::ClientWire,
    params: &[Param { name: "at_most", default: ParamValue::Count(2), about: "repetitions after a broken body" }],
    run: Run::Client(judge),
};

/// Faults of a sandbox after which a body is no JSON.
const BREAKERS: &[&str] = &["malformed", "partial", "corrupt"];

fn judge(evidence: &Evidence, params: &Params) -> Verdict {
    let at_most = params.count("at_most");
    let (mut findings, mut broken) = (Vec::new(), 0);
    for (index, step) in evidence.numbered() {
        let entries: Vec<&Entry> = evidence.entries(step).collect();
        let mut unrecovered: Option<&Entry> = None;
        for (place, first) in entries.iter().enumerate() {
            if !broken_body(first) || entries[..place].iter().any(|one| same(one, first)) {
                continue;
            }
            let asked: Vec<&&Entry> = entries[place..].iter().filter(|one| same(one, first)).collect();
            let repeated = asked.windows(2).filter(|pair| broken_body(pair[0])).count() as u64;
            broken += asked.iter().filter(|one| broken_body(one)).count();
            if repeated > at_most {
                let what = format!(
                    "{} {} was asked {repeated} more times although its body stayed broken; at most {at_most} were due",
                    first.method, first.target
                );
                findings.push(asked.iter().fold(Finding::new(what), |finding, one| finding.with(shown(one))));
            }
            if asked.last().is_some_and(|last| broken_body(last)) {
                unrecovered = unrecovered.or(Some(first));
            }
        }
        if let (Some(entry), Some(output)) = (unrecovered, &step.output)
            && output.errors.is_empty()
        {
            let what = format!(
                "{} {} never came whole, and yet the client reports no error: what it handed over looks complete",
                entry.method, entry.target
            );
            let proof = verdict::Evidence::output(index, "output").at("/errors").measuring("[]");
            findings.push(Finding::new(what).with(shown(entry)).with(proof));
        }
    }
    if broken == 0 {
        return not_seen(evidence, "no body was cut short or broken");
    }
    judged(evidence, findings, format!("{broken} broken bodies"))
}

fn same(a: &Entry, b: &Entry) -> bool {
    a.method == b.method && a.target == b.target
}

/// `true` for a success whose body a client cannot use.
fn broken_body(entry: &Entry) -> bool {
    let Some(response) = entry.response.as_ref().filter(|response| (200..300).contains(&response.status)) else {
        return false;
    };
    // A long body is not kept whole; then the scenario's word must do.
    let kept = response.body.as_ref().filter(|body| body.len() as u64 == response.body_bytes && !body.is_empty());
    let not_json = kept.is_some_and(|body| serde_json::from_str::<IgnoredAny>(body).is_err());
    let breaks = |effect: &str| BREAKERS.iter().any(|fault| effect.starts_with(fault));
    let said_so = entry.decisions.iter().any(|decision| breaks(&decision.effect));
    let broke = |ending| matches!(ending, Ending::Cut | Ending::Reset | Ending::Closed | Ending::StreamReset);
    let cut = entry.ending.is_some_and(broke) && response.sent_bytes > 0;
    let whole = entry.ending == Some(Ending::Complete);
    cut || whole && (not_json || said_so)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{call, evidence, findings, passes, skips};
    use super::*;
    use crate::client_target::Drive;

    const LINE: &str = "GET /plain/accounts/a/transactions?limit=100";

    fn page(at: u64, body: &str) -> Entry {
        call(at, "transactions.list", LINE, 200).body(body)
    }

    #[test]
    fn two_repetitions_pass_and_three_fail() {
        let broken = |at| page(at, "{\"data\": [{");
        let cut = |at| page(at, "{\"data\": []}").ends(Ending::Cut);
        passes(&CHECK, &evidence(Drive::Sync, vec![broken(0), cut(90), page(300, "{\"data\": []}")]));
        let four = vec![broken(0), broken(1), cut(2), broken(3)];
        insta::assert_snapshot!(findings(&CHECK, &evidence(Drive::Sync, four)), @"GET /plain/accounts/a/transactions?limit=100 was asked 3 more times although its body stayed broken; at most 2 were due");
        skips(&CHECK, &evidence(Drive::Sync, vec![page(0, "{}")]));
    }
}
