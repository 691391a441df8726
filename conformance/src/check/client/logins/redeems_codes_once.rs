//! A code is sent once: what became of it when its answer was lost, nobody knows.

use std::collections::BTreeMap;

use super::{judged, not_seen, shown};
use crate::check::{Area, Check, Run};
use crate::client_target::Evidence;
use crate::journal::Entry;
use crate::params::Params;
use crate::verdict::{Finding, Verdict};

pub(super) static CHECK: Check = Check {
    slug: "redeems-codes-once",
    ids: &["C57"],
    title: "sends an authorization code once, whatever became of the answer",
    source: "RFC 6749 §4.1.2, §10.5; RFC 9449 §8",
    advice: "A code that was sent may have been used up, and using it again revokes what it bought: begin a new login. \
             Only a demand for a DPoP nonce, or for patience (429, 503 with Retry-After), leaves a code good.",
    area: Area::ClientLogin,
    params: &[],
    run: Run::Client(judge),
};

fn judge(evidence: &Evidence, _: &Params) -> Verdict {
    let mut sent = BTreeMap::<&str, Vec<&Entry>>::new();
    for entry in evidence.journal.entries().iter().filter(|entry| entry.is("token.issue")) {
        if let Some(code) = code(entry) {
            sent.entry(code).or_default().push(entry);
        }
    }
    if sent.is_empty() {
        return not_seen(evidence, "the client redeemed no code");
    }
    let mut findings = Vec::new();
    for redemptions in sent.values() {
        // After the first that may have used the code up, none is due.
        let first = redemptions.iter().position(|entry| !leaves_it_good(entry)).unwrap_or(redemptions.len());
        if redemptions.len() > first + 1 {
            let found = Finding::new(format!("sent a code {} times", redemptions.len()));
            findings.push(redemptions.iter().take(6).fold(found, |finding, entry| finding.with(shown(entry))));
        }
    }
    judged(evidence, findings, format!("{} codes", sent.len()))
}

/// The digest of the code in a token request.
fn code(entry: &Entry) -> Option<&str> {
    let form = entry.request.body.as_deref()?;
    form.split('&').find_map(|pair| pair.strip_prefix("code="))
}

fn leaves_it_good(entry: &Entry) -> bool {
    let asks_for_nonce = || {
        let body = entry.response.as_ref().and_then(|response| response.body.as_deref());
        entry.response_header("dpop-nonce").is_some() || body.is_some_and(|body| body.contains("use_dpop_nonce"))
    };
    match entry.status() {
        Some(400 | 401) => asks_for_nonce(),
        Some(429) => true,
        Some(503) => entry.response_header("retry-after").is_some(),
        _ => false,
    }
}
