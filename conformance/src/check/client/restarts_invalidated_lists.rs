//! C62: a cursor that is gone means reading the list again from its first page.

use super::{judged, not_seen, shown};
use crate::check::{Area, Check, Run};
use crate::client_target::Evidence;
use crate::journal::Entry;
use crate::params::Params;
use crate::verdict::{self, Finding, Verdict};

pub(super) static CHECK: Check = Check {
    slug: "restarts-invalidated-lists",
    ids: &["C62"],
    title: "starts a list over when its cursor is no longer known, or reports it as unread",
    source: "house; Plaid \"TRANSACTIONS_SYNC_MUTATION_DURING_PAGINATION\", docs/generic-api.md (invalid_cursor)",
    advice: "Commit nothing of a list before its last page has come. When a cursor is refused, read it again from the first page, once; then report it.",
    area: Area::ClientWire,
    params: &[],
    run: Run::Client(judge),
};

fn judge(evidence: &Evidence, _: &Params) -> Verdict {
    let (mut findings, mut invalidated) = (Vec::new(), 0);
    for (index, step) in evidence.numbered() {
        let entries: Vec<&Entry> = evidence.entries(step).collect();
        for (place, entry) in entries.iter().enumerate().filter(|(_, entry)| gone(entry)) {
            invalidated += 1;
            let again = |later: &&&Entry| later.path() == entry.path() && !later.target.contains("cursor=");
            let restarted = entries[place + 1..].iter().any(|later| again(&later));
            let reported = step.output.as_ref().is_none_or(|output| !output.errors.is_empty());
            if !restarted && !reported {
                let what = format!(
                    "{} was not read from its first page again, and no error says that it ends early",
                    entry.path()
                );
                let proof = verdict::Evidence::output(index, "output").at("/errors").measuring("[]");
                findings.push(Finding::new(what).with(shown(entry)).with(proof));
            }
        }
    }
    if invalidated == 0 {
        return not_seen(evidence, "no cursor was refused");
    }
    judged(evidence, findings, format!("{invalidated} lists started over or reported"))
}

fn gone(entry: &Entry) -> bool {
    entry.error_class.as_deref() == Some("page_invalidated") && entry.target.contains("cursor=")
}

#[cfg(test)]
mod tests {
    use super::super::testing::{call, evidence, findings, passes, skips, transactions};
    use super::*;
    use crate::client_target::Drive;

    #[test]
    fn half_a_list_without_an_error_fails() {
        let gone = || Entry {
            error_class: Some("page_invalidated".to_owned()),
            ..call(0, "transactions.list", "GET /t?cursor=x", 400)
        };
        let handed_over = |entries| {
            let mut evidence = evidence(Drive::Sync, entries);
            evidence.steps[0].output = Some(transactions(&[]));
            evidence
        };
        passes(&CHECK, &handed_over(vec![gone(), call(1, "transactions.list", "GET /t?limit=100", 200)]));
        insta::assert_snapshot!(findings(&CHECK, &handed_over(vec![gone()])), @"/t was not read from its first page again, and no error says that it ends early");
        skips(&CHECK, &handed_over(Vec::new()));
    }
}
