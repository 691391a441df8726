//! C26, C64: the token goes to the bank's own origin and nowhere else.

use url::Url;

use super::{judged, not_seen, shown};
use crate::check::{Area, Check, Run};
use crate::client_target::Evidence;
use crate::journal::Entry;
use crate::params::Params;
use crate::verdict::{self, Finding, Verdict};

pub(super) static CHECK: Check = Check {
    slug: "same-origin-links",
    ids: &["C26", "C64"],
    title: "follows only links to the bank's own origin",
    source: "house (server-side request forgery); RFC 6454 §4",
    advice: "Compare scheme, host and port of every link in an answer with the address you were given for the bank, and \
             treat a difference as a protocol violation.",
    area: Area::ClientWire,
    params: &[],
    run: Run::Client(judge),
};

fn judge(evidence: &Evidence, _: &Params) -> Verdict {
    let Some(own) = Url::parse(&evidence.base_url).ok().and_then(|url| authority(&url)) else {
        return Verdict::broken(format!("`{}` is not an address", evidence.base_url));
    };
    let (mut findings, mut offered) = (Vec::new(), 0);
    for (index, step) in evidence.numbered() {
        let entries: Vec<&Entry> = evidence.entries(step).collect();
        let offers = entries.iter().filter(|entry| offers_foreign_link(entry)).count();
        offered += offers;
        for entry in &entries {
            let Some(host) = entry.request_header("host").map(str::to_ascii_lowercase) else { continue };
            if host != own {
                let proof = shown(entry).at("host").measuring(host.clone());
                findings.push(Finding::new(format!("sent a request to {host}; the bank is {own}")).with(proof));
            }
        }
        if offers > 0
            && findings.is_empty()
            && let Some(output) = step.output.as_ref().filter(|output| output.errors.is_empty())
        {
            let what = "a list could not be read to its end, and the client reports no error";
            let count = output.transactions.len();
            let proof = verdict::Evidence::output(index, "output").measuring(format!("{count} transactions, no error"));
            findings.push(Finding::new(what).with(proof));
        }
    }
    if offered == 0 && findings.is_empty() {
        return not_seen(evidence, "no link led to another origin");
    }
    judged(evidence, findings, format!("{offered} links to another origin, none followed"))
}

fn offers_foreign_link(entry: &Entry) -> bool {
    entry.decisions.iter().any(|decision| decision.effect.contains("foreign"))
}

fn authority(url: &Url) -> Option<String> {
    let host = url.host_str()?.to_ascii_lowercase();
    Some(match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host,
    })
}

#[cfg(test)]
mod tests {
    use super::super::testing::{call, evidence, findings, passes, skips};
    use super::*;
    use crate::client_target::Drive;

    #[test]
    fn a_foreign_link_that_is_followed_fails() {
        let page = || call(0, "transactions.list", "GET /plain/t", 200).because("next: foreign");
        let away = call(1, "transactions.list", "GET /plain/t?cursor=x", 200).request_with("host", "localhost:8080");
        passes(&CHECK, &evidence(Drive::Sync, vec![page()]));
        insta::assert_snapshot!(findings(&CHECK, &evidence(Drive::Sync, vec![page(), away])), @"sent a request to localhost:8080; the bank is 127.0.0.1:8080");
        skips(&CHECK, &evidence(Drive::Sync, vec![call(0, "accounts.list", "GET /plain/accounts", 200)]));
    }
}
