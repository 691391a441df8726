//! C24: a connection that breaks before the whole answer costs a repetition, not the data.

use super::{judged, not_seen, shown};
use crate::check::{Area, Check, Run};
use crate::client_target::Evidence;
use crate::journal::{Ending, Entry};
use crate::params::Params;
use crate::verdict::{self, Finding, Verdict};

pub(super) static CHECK: Check = Check {
    slug: "survives-reset",
    ids: &["C24"],
    title: "reads again when the connection breaks before the whole answer",
    source: "RFC 9110 §9.2.2",
    advice: "Treat a reset or closed connection like a 503 for requests that only read: back off and send them again \
             before reporting a failure.",
    area: Area::ClientWire,
    params: &[],
    run: Run::Client(judge),
};

fn judge(evidence: &Evidence, _: &Params) -> Verdict {
    let (mut findings, mut broken) = (Vec::new(), 0);
    for (index, step) in evidence.numbered() {
        let entries: Vec<&Entry> = evidence.entries(step).collect();
        let mut gave_up = false;
        let mut broken_here = 0;
        for (place, entry) in entries.iter().enumerate().filter(|(_, entry)| lost_read(entry)) {
            broken_here += 1;
            let again =
                entries[place + 1..].iter().any(|later| later.method == entry.method && later.path() == entry.path());
            let earlier = entries[..place].iter().filter(|one| lost_read(one) && one.target == entry.target).count();
            if !again && earlier == 0 {
                gave_up = true;
                let what =
                    format!("{} {} broke before the whole answer and was not sent again", entry.method, entry.target);
                findings.push(Finding::new(what).with(shown(entry)));
            }
        }
        broken += broken_here;
        let recovered = broken_here > 0 && !gave_up && entries.last().is_some_and(|last| last.succeeded());
        if let Some(error) = step.output.as_ref().filter(|_| recovered).and_then(|output| output.errors.first()) {
            let what = format!("the connection came back, and yet the client reports `{}`", error.failure.class.name());
            let proof = verdict::Evidence::output(index, "output").at("/errors/0");
            findings.push(Finding::new(what).with(proof));
        }
    }
    if broken == 0 {
        return not_seen(evidence, "no connection broke before the answer to a request that only reads");
    }
    judged(evidence, findings, format!("{broken} broken connections, each sent again"))
}

fn lost_read(entry: &Entry) -> bool {
    let broke = |ending| {
        matches!(ending, Ending::Reset | Ending::Closed | Ending::HalfClosed | Ending::StreamReset | Ending::GoAway)
    };
    entry.method == "GET" && entry.ending.is_some_and(broke)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{call, evidence, findings, passes, skips};
    use super::*;
    use crate::client_target::Drive;

    #[test]
    fn a_repetition_passes_and_giving_up_fails() {
        let reset = || call(0, "accounts.list", "GET /plain/accounts", 200).ends(Ending::Reset);
        let ok = call(90, "accounts.list", "GET /plain/accounts", 200);
        passes(&CHECK, &evidence(Drive::Sync, vec![reset(), ok.clone()]));
        insta::assert_snapshot!(findings(&CHECK, &evidence(Drive::Sync, vec![reset()])), @"GET /plain/accounts broke before the whole answer and was not sent again");
        skips(&CHECK, &evidence(Drive::Sync, vec![ok]));
    }

    #[test]
    fn a_client_that_tried_again_and_then_stopped_did_try() {
        let reset = || call(0, "accounts.list", "GET /plain/accounts", 200).ends(Ending::Reset);
        passes(&CHECK, &evidence(Drive::Sync, vec![reset(), reset()]));
    }
}
