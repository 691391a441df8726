//! C54, C75, C76: a failure is told by its class.

use std::collections::BTreeSet;

use super::{judged, not_seen, shown};
use crate::check::{Area, Check, Run};
use crate::client_target::Evidence;
use crate::params::Params;
use crate::verdict::{self, Finding, Verdict};

pub(super) static CHECK: Check = Check {
    slug: "errors-classified",
    ids: &["C54", "C75", "C76"],
    title: "reports every failure in the class the bank's code stands for, whatever its text says",
    source: "house; RFC 9457 §3.1 (the type identifies the problem, titles and details are for people)",
    advice: "Map the codes of the bank to classes; use the status when a code is unknown, and the text never.",
    area: Area::ClientUnderstanding,
    params: &[],
    run: Run::Client(judge),
};

fn judge(evidence: &Evidence, _: &Params) -> Verdict {
    let (mut findings, mut failures) = (Vec::new(), 0);
    for (index, step) in evidence.numbered() {
        let Some(output) = &step.output else { continue };
        let reported: BTreeSet<&str> = output.errors.iter().map(|error| error.failure.class.name()).collect();
        let runs = crate::journal::runs(evidence.entries(step).filter(|entry| !entry.is("token.*")));
        let lasting = runs.iter().map(|run| run.last()).filter(|entry| !entry.lost() && !entry.succeeded());
        let mut named = BTreeSet::new();
        for entry in lasting {
            let Some(class) = entry.error_class.as_deref() else { continue };
            // What calls for another try first is judged by the checks of tokens and lists.
            if matches!(class, "auth_token" | "page_invalidated") {
                continue;
            }
            failures += 1;
            if !reported.contains(class) && named.insert(class) {
                let all = if reported.is_empty() {
                    "nothing".to_owned()
                } else {
                    reported.iter().copied().collect::<Vec<_>>().join(", ")
                };
                let what = format!("{} failed with {class}; reported was {all}", entry.path());
                let proof = verdict::Evidence::output(index, "output").at("/errors").measuring(all);
                findings.push(Finding::new(what).with(shown(entry)).with(proof));
            }
        }
    }
    if failures == 0 {
        return not_seen(evidence, "no call failed for good, or the client handed over nothing");
    }
    judged(evidence, findings, format!("{failures} failures in their classes"))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{call, evidence, findings, passes, reported, skips};
    use super::*;
    use crate::client_target::Drive;
    use crate::journal::Entry;

    #[test]
    fn another_class_fails() {
        let gone = || {
            vec![Entry { error_class: Some("resource_gone".to_owned()), ..call(0, "balances.get", "GET /a/b", 404) }]
        };
        passes(&CHECK, &reported(gone(), &["resource_gone"]));
        insta::assert_snapshot!(findings(&CHECK, &reported(gone(), &["provider_unavailable"])), @"/a/b failed with resource_gone; reported was provider_unavailable");
        skips(&CHECK, &evidence(Drive::Sync, gone()));
    }
}
