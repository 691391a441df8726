//! A client asks for what the bank documents, in the way it documents.

use super::{judged, not_seen, shown};
use crate::check::{Area, Check, Run};
use crate::client_target::Evidence;
use crate::journal::Entry;
use crate::params::Params;
use crate::verdict::{Finding, Verdict};

pub(super) static CHECK: Check = Check {
    slug: "no-forbidden-request",
    ids: &[],
    title: "sends no request that the bank's documentation does not allow",
    source: "RFC 9110 §15.5.1, house",
    advice: "Send the parameters, members, methods and media types the bank documents and no others, and treat a refusal of \
             the request itself as a defect of your own to mend.",
    area: Area::ClientWire,
    params: &[],
    run: Run::Client(judge),
};

fn judge(evidence: &Evidence, _: &Params) -> Verdict {
    let (mut findings, mut requests) = (Vec::new(), 0);
    for step in &evidence.steps {
        let mut misled = false;
        for entry in evidence.entries(step) {
            requests += 1;
            // Who was shown something odd may ask oddly: a link of a changed page leads anywhere.
            misled |= !entry.decisions.is_empty();
            if !misled && is_forbidden(entry) {
                let what = format!(
                    "{} {} is no request the bank knows ({})",
                    entry.method,
                    entry.target,
                    entry.status().unwrap_or_default()
                );
                findings.push(Finding::new(what).with(shown(entry)));
            }
        }
    }
    if requests == 0 {
        return not_seen(evidence, "the client asked for nothing");
    }
    judged(evidence, findings, format!("{requests} requests, all of them known to the bank"))
}

/// Whether the bank refused the request itself, and not what it is about.
fn is_forbidden(entry: &Entry) -> bool {
    entry.error_class.as_deref().is_some_and(|class| ["invalid_request", "not_acceptable"].contains(&class))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{call, evidence, findings, passes, skips};
    use super::*;
    use crate::client_target::Drive;

    #[test]
    fn a_request_the_bank_does_not_know_fails_unless_the_scenario_led_there() {
        let read = || call(0, "accounts.list", "GET /accounts", 200);
        let refused = || Entry {
            error_class: Some("invalid_request".to_owned()),
            ..call(1, "accounts.list", "GET /accounts?sort=newest", 400)
        };
        passes(&CHECK, &evidence(Drive::Sync, vec![read()]));
        insta::assert_snapshot!(findings(&CHECK, &evidence(Drive::Sync, vec![read(), refused()])), @"GET /accounts?sort=newest is no request the bank knows (400)");
        passes(&CHECK, &evidence(Drive::Sync, vec![read().because("patch /links/next: x"), refused()]));
        skips(&CHECK, &evidence(Drive::Sync, Vec::new()));
    }
}
