//! C60: a list that leads nowhere new is given up.

use std::collections::BTreeMap;

use super::{judged, not_seen, shown};
use crate::check::{Area, Check, Run};
use crate::client_target::Evidence;
use crate::journal::Entry;
use crate::params::{Param, ParamValue, Params};
use crate::verdict::{self, Finding, Verdict};

pub(super) static CHECK: Check = Check {
    slug: "paging-loop-guard",
    ids: &["C60"],
    title: "notices a list whose next link leads nowhere new, stops, and says so",
    source: "house; RFC 8288",
    advice: "Remember the links already followed and stop at one seen before, at a page without a new row, and at a cap \
             of pages. Report an error: a list that was not read to its end is not a list.",
    area: Area::ClientWire,
    params: &[
        Param { name: "repeats", default: ParamValue::Count(3), about: "times one page may be read again" },
        Param { name: "pages", default: ParamValue::Count(20), about: "pages without a new row" },
    ],
    run: Run::Client(judge),
};

fn judge(evidence: &Evidence, params: &Params) -> Verdict {
    let (repeats, pages) = (params.count("repeats"), params.count("pages"));
    let (mut findings, mut loops) = (Vec::new(), 0);
    for (index, step) in evidence.numbered() {
        let mut lists: BTreeMap<&str, Vec<&Entry>> = BTreeMap::new();
        for entry in evidence.entries(step).filter(|entry| entry.method == "GET" && entry.succeeded()) {
            lists.entry(entry.path()).or_default().push(entry);
        }
        let looping: Vec<(&str, Vec<&Entry>)> =
            lists.into_iter().filter(|(_, visits)| visits.iter().any(|visit| lying(visit))).collect();
        loops += looping.len();
        for (path, visits) in &looping {
            let first_lie = visits.iter().position(|visit| lying(visit)).unwrap_or_default();
            let after = &visits[first_lie..];
            let again = after.iter().filter(|visit| visit.target == after[0].target).count() as u64 - 1;
            let barren = after.len() as u64 - 1;
            if again > repeats || barren > pages {
                let what = if again > repeats {
                    format!("read one page of {path} {again} more times; its next link led back to it")
                } else {
                    format!("read {barren} more pages of {path} that held nothing new")
                };
                let finding =
                    after.iter().take(4).fold(Finding::new(what), |finding, visit| finding.with(shown(visit)));
                findings.push(finding);
            }
        }
        if let (Some((path, visits)), Some(output)) = (looping.first(), &step.output)
            && output.errors.is_empty()
        {
            let what = format!("{path} could not be read to its end, and the client reports no error");
            let proof = verdict::Evidence::output(index, "output").at("/errors").measuring("[]");
            findings
                .push(visits.iter().take(2).fold(Finding::new(what).with(proof), |all, visit| all.with(shown(visit))));
        }
    }
    if loops == 0 {
        return not_seen(evidence, "no list led back to where it had been");
    }
    judged(evidence, findings, format!("{loops} lists that lead nowhere"))
}

/// `true` if a scenario made this page's next link lead nowhere new.
fn lying(entry: &Entry) -> bool {
    entry.decisions.iter().any(|decision| {
        let mut words = decision.effect.split([' ', ':', ',']).filter(|word| !word.is_empty());
        words.any(|word| word == "next") && words.any(|word| matches!(word, "self" | "first" | "endless"))
    })
}

#[cfg(test)]
mod tests {
    use super::super::testing::{call, evidence, findings, passes, skips};
    use super::*;
    use crate::client_target::Drive;

    fn visits(count: u64, effect: &str, target: impl Fn(u64) -> String) -> Evidence {
        let visit = |n| call(n, "transactions.list", &format!("GET {}", target(n)), 200).because(effect);
        evidence(Drive::Sync, (0..count).map(visit).collect())
    }

    #[test]
    fn a_client_that_stops_passes() {
        passes(&CHECK, &visits(1, "next self", |_| "/t".to_owned()));
        passes(&CHECK, &visits(4, "next self", |_| "/t".to_owned()));
        passes(&CHECK, &visits(21, "next endless", |n| format!("/t?round={n}")));
    }

    #[test]
    fn a_client_that_goes_round_fails() {
        insta::assert_snapshot!(findings(&CHECK, &visits(40, "next self", |_| "/t".to_owned())), @"read one page of /t 39 more times; its next link led back to it");
        insta::assert_snapshot!(findings(&CHECK, &visits(40, "next endless", |n| format!("/t?round={n}"))), @"read 39 more pages of /t that held nothing new");
    }

    #[test]
    fn an_honest_list_is_not_judged() {
        skips(&CHECK, &visits(40, "delay 5ms", |n| format!("/t?page={n}")));
    }
}
