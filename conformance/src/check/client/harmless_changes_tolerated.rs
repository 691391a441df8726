//! C65, C66: what a bank may change at any time costs nothing.

use super::{decided, judged, not_seen, shown};
use crate::check::{Area, Check, Run};
use crate::client_target::Evidence;
use crate::journal::Entry;
use crate::params::Params;
use crate::verdict::{self, Finding, Verdict};

pub(super) static CHECK: Check = Check {
    slug: "harmless-changes-tolerated",
    ids: &["C65", "C66"],
    title: "reads on without an error when members are new, null or written another way",
    source: "RFC 8259 §6, §7; Berlin Group NextGenPSD2 §4 (extensions); CDR Consumer Data Standards (payload conventions)",
    advice: "Ignore members you do not know, read null like an absent member, and take any spelling JSON allows for the same text.",
    area: Area::ClientUnderstanding,
    params: &[],
    run: Run::Client(judge),
};

fn judge(evidence: &Evidence, _: &Params) -> Verdict {
    let (mut findings, mut changed) = (Vec::new(), 0);
    for (index, step) in evidence.numbered() {
        let decided_on: Vec<&Entry> = evidence.entries(step).filter(|entry| !entry.decisions.is_empty()).collect();
        let harmless = |entry: &&&Entry| HARMLESS.iter().any(|words| decided(entry, words));
        let count = decided_on.iter().filter(harmless).count();
        let (Some(first), Some(output)) = (decided_on.first(), &step.output) else { continue };
        if count < decided_on.len() {
            continue;
        }
        changed += count;
        if let Some(error) = output.errors.first() {
            let class = error.failure.class.name();
            let what =
                format!("{} errors ({class}) although nothing in {count} answers was wrong", output.errors.len());
            let proof = verdict::Evidence::output(index, "output").at("/errors/0").measuring(class);
            findings.push(Finding::new(what).with(shown(first)).with(proof));
        }
    }
    if changed == 0 {
        return not_seen(evidence, "nothing was changed that may change, or not only that");
    }
    judged(evidence, findings, format!("{changed} answers with harmless changes"))
}

/// Changes that leave every documented member with its meaning.
const HARMLESS: &[&str] = &["new-members", "nulls", "escapes", "spaces"];

#[cfg(test)]
mod tests {
    use super::super::testing::{call, evidence, findings, passes, reported, skips};
    use super::*;
    use crate::client_target::Drive;

    #[test]
    fn an_error_for_a_new_member_fails() {
        let page = || vec![call(0, "transactions.list", "GET /t", 200).because("drift new-members")];
        passes(&CHECK, &reported(page(), &[]));
        insta::assert_snapshot!(findings(&CHECK, &reported(page(), &["protocol_violation"])), @"1 errors (protocol_violation) although nothing in 1 answers was wrong");
        skips(&CHECK, &evidence(Drive::Sync, Vec::new()));
    }
}
