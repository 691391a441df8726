//! C73: a list that could not be read is not an empty list.

use super::{judged, not_seen, shown};
use crate::check::{Area, Check, Run};
use crate::client_target::Evidence;
use crate::journal::Entry;
use crate::params::Params;
use crate::verdict::{self, Finding, Verdict};

pub(super) static CHECK: Check = Check {
    slug: "failures-reported",
    ids: &["C73"],
    title: "reports a list that could not be read, instead of handing over an empty one",
    source: "house; Plaid PRODUCT_NOT_READY, SimpleFIN errors",
    advice: "Let a failed read be an error of that account and keep what was known before; hand over an empty list only when the bank sent one.",
    area: Area::ClientUnderstanding,
    params: &[],
    run: Run::Client(judge),
};

fn judge(evidence: &Evidence, _: &Params) -> Verdict {
    let (mut findings, mut failed) = (Vec::new(), 0);
    for (index, step) in evidence.numbered() {
        let Some(output) = &step.output else { continue };
        let runs = crate::journal::runs(evidence.entries(step).filter(|entry| entry.method == "GET"));
        let unread: Vec<&Entry> = runs.iter().filter(|run| refused(run.last())).map(|run| run.last()).collect();
        failed += unread.len();
        if let Some(entry) = unread.first().filter(|_| output.errors.is_empty()) {
            let what = format!(
                "{} reads failed for good ({} among them), and no error is reported",
                unread.len(),
                entry.path()
            );
            let proof = verdict::Evidence::output(index, "output").at("/errors").measuring("[]");
            findings.push(Finding::new(what).with(shown(entry)).with(proof));
        }
    }
    if failed == 0 {
        return not_seen(evidence, "every read succeeded in the end, or the client handed over nothing");
    }
    judged(evidence, findings, format!("{failed} failed reads reported"))
}

fn refused(entry: &Entry) -> bool {
    !entry.lost() && entry.status().is_some_and(|status| status >= 400)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{call, evidence, findings, passes, reported, skips};
    use super::*;
    use crate::client_target::Drive;

    #[test]
    fn an_empty_list_for_a_failure_fails() {
        let down = || vec![call(0, "transactions.list", "GET /t", 503)];
        passes(&CHECK, &reported(down(), &["provider_unavailable"]));
        insta::assert_snapshot!(findings(&CHECK, &reported(down(), &[])), @"1 reads failed for good (/t among them), and no error is reported");
        skips(&CHECK, &evidence(Drive::Sync, down()));
    }
}
