//! C17: a run without the account holder does not claim that they are there.

use super::{judged, not_seen, shown};
use crate::check::{Area, Check, Run};
use crate::client_target::{Drive, Evidence};
use crate::params::Params;
use crate::verdict::{Finding, Verdict};

pub(super) static CHECK: Check = Check {
    slug: "no-faked-presence",
    ids: &["C17"],
    title: "sends no address of an account holder when nobody is there",
    source: "Delegated Regulation (EU) 2018/389 (RTS) art. 36(5); Berlin Group NextGenPSD2 §5.3.2 (PSU-IP-Address)",
    advice: "Send PSU-IP-Address or x-fapi-customer-ip-address only while the account holder waits for the answer, and then their own address.",
    area: Area::ClientWire,
    params: &[],
    run: Run::Client(judge),
};

fn judge(evidence: &Evidence, _: &Params) -> Verdict {
    let (mut findings, mut requests) = (Vec::new(), 0);
    for step in evidence.steps.iter().filter(|step| step.drive == Drive::Sync) {
        for entry in evidence.entries(step) {
            requests += 1;
            if let Some((name, value)) = PRESENCE.iter().find_map(|name| Some((name, entry.request_header(name)?))) {
                let what = format!("a run that nobody waits for says that the account holder is there ({name})");
                findings.push(Finding::new(what).with(shown(entry).at(*name).measuring(value)));
                break;
            }
        }
    }
    if requests == 0 {
        return not_seen(evidence, "the client read nothing");
    }
    judged(evidence, findings, format!("{requests} requests"))
}

/// Headers by which a client says that the account holder is there.
const PRESENCE: &[&str] = &["psu-ip-address", "x-fapi-customer-ip-address", "x-fapi-customer-last-logged-time"];

#[cfg(test)]
mod tests {
    use super::super::testing::{call, evidence, findings, passes, skips};
    use super::*;
    use crate::client_target::Drive;

    #[test]
    fn an_address_of_nobody_fails() {
        let read = || call(0, "accounts.list", "GET /a", 200);
        passes(&CHECK, &evidence(Drive::Sync, vec![read()]));
        let faked = vec![read().request_with("PSU-IP-Address", "192.0.2.1")];
        insta::assert_snapshot!(findings(&CHECK, &evidence(Drive::Sync, faked)), @"a run that nobody waits for says that the account holder is there (psu-ip-address)");
        skips(&CHECK, &evidence(Drive::Pay, vec![read()]));
    }
}
