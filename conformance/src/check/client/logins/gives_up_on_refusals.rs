//! A refusal that does not change ends the login.

use super::{judged, not_seen, shown};
use crate::check::{Area, Check, Run};
use crate::client_target::Evidence;
use crate::journal::Entry;
use crate::params::{Param, ParamValue, Params};
use crate::verdict::{Finding, Verdict};

pub(super) static CHECK: Check = Check {
    slug: "gives-up-on-refusals",
    ids: &[],
    title: "makes a request of a login that is refused again a few times at most, also where each refusal asks for one more",
    source: "house; RFC 9449 §8, RFC 8725 §3.10",
    advice: "Follow a demand for a DPoP nonce, an unknown key or metadata that do not fit once or twice; then end the login \
             and say so. Polling has a pace and an end of its own.",
    area: Area::ClientLogin,
    params: &[Param {
        name: "at_most",
        default: ParamValue::Count(3),
        about: "refused requests of one kind in one login",
    }],
    run: Run::Client(judge),
};

/// Calls a login is made of.
const OF_LOGINS: &[&str] = &[
    "discovery.get",
    "jwks.get",
    "request.push",
    "authorize.start",
    "token.issue",
    "backchannel.authorize",
    "device.authorize",
];

fn judge(evidence: &Evidence, params: &Params) -> Verdict {
    let at_most = params.count("at_most");
    let (mut findings, mut seen) = (Vec::new(), 0);
    for step in &evidence.steps {
        for operation in OF_LOGINS {
            let mut refused: Vec<&Entry> = Vec::new();
            for entry in evidence.entries(step).filter(|entry| entry.is(operation) && !polls(entry)) {
                if entry.lost() || entry.status().is_some_and(|status| status >= 400) {
                    refused.push(entry);
                } else {
                    refused.clear();
                }
                seen += usize::from(refused.len() == 1);
                if refused.len() as u64 == at_most + 1 {
                    findings.push(refused.clone());
                } else if let Some(storm) = findings.last_mut().filter(|_| refused.len() as u64 > at_most + 1) {
                    storm.push(entry);
                }
            }
        }
    }
    if seen == 0 {
        return not_seen(evidence, "nothing was refused in a login of the client's own");
    }
    let told = findings.into_iter().map(|storm| {
        let kind = storm[0].operation.as_deref().unwrap_or_default();
        let what = format!(
            "made {} requests of one kind ({kind}) although each was refused; at most {at_most} were due",
            storm.len()
        );
        storm.iter().take(6).fold(Finding::new(what), |finding, entry| finding.with(shown(entry)))
    });
    judged(evidence, told.collect(), format!("{seen} refusals"))
}

/// A client that polls is told to ask again.
fn polls(entry: &Entry) -> bool {
    let form = entry.request.body.as_deref().unwrap_or_default();
    ["device_code=", "auth_req_id="].iter().any(|name| form.contains(name))
}
