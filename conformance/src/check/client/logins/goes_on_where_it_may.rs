//! What is harmless ends no login.

use super::lie::Due;
use super::{judged, lies, not_seen, shown, shows_token};
use crate::check::{Area, Check, Run};
use crate::client_target::Evidence;
use crate::journal::Entry;
use crate::params::Params;
use crate::verdict::{Finding, Verdict};

pub(super) static CHECK: Check = Check {
    slug: "goes-on-where-it-may",
    ids: &[],
    title: "takes keys that changed, claims it does not know, tokens of any length and answers without what is optional",
    source: "OpenID Connect Core §2, §10.1.1; RFC 6749 §4.2.2, §5.1; RFC 6749 §1.4",
    advice: "Ignore members and claims you do not know, keep tokens as opaque text of any length, do without optional \
             members, and read the key set again once for a key you do not know.",
    area: Area::ClientLogin,
    params: &[],
    run: Run::Client(judge),
};

fn judge(evidence: &Evidence, _: &Params) -> Verdict {
    let (mut findings, mut seen) = (Vec::new(), 0);
    for step in &evidence.steps {
        let entries: Vec<&Entry> = evidence.entries(step).collect();
        // Where anything else went wrong, nothing follows from the end of a login.
        let only_harmless = |entry: &&&Entry| {
            let told = lies(entry);
            entry.decisions.is_empty() || !told.is_empty() && told.iter().all(|lie| lie.due == Due::GoOn)
        };
        if entries.iter().filter(only_harmless).count() != entries.len() {
            continue;
        }
        let Some(source) = entries.iter().find(|entry| !lies(entry).is_empty()) else { continue };
        seen += 1;
        let after = entries.iter().filter(|entry| entry.seq > source.seq);
        if !after.into_iter().any(|entry| shows_token(entry) && entry.succeeded()) {
            let names: Vec<String> = lies(source).iter().map(|lie| format!("{}: {}", lie.point, lie.name)).collect();
            let what = format!("ended the login over something harmless ({})", names.join(", "));
            findings.push(Finding::new(what).with(shown(source)));
        }
    }
    if seen == 0 {
        return not_seen(evidence, "the client met nothing harmless in a login of its own");
    }
    judged(evidence, findings, format!("{seen} logins with something harmless in them"))
}
