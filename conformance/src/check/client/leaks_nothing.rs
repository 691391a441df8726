//! C59: tokens and secrets stay where they belong.

use super::{judged, not_seen, shown};
use crate::check::{Area, Check, Run};
use crate::client_target::Evidence;
use crate::journal::Entry;
use crate::params::Params;
use crate::verdict::{self, Finding, Verdict};

pub(super) static CHECK: Check = Check {
    slug: "leaks-nothing",
    ids: &["C59"],
    title: "keeps tokens and secrets out of addresses, logs and results",
    source: "FAPI 2.0 Security Profile §6, RFC 6750 §5.3",
    advice: "Send tokens in the Authorization header only, and keep them out of log lines, error texts and results.",
    area: Area::ClientWire,
    params: &[],
    run: Run::Client(judge),
};

/// A text shorter than this is found everywhere by accident.
const LEAST_SECRET: usize = 8;

fn judge(evidence: &Evidence, _: &Params) -> Verdict {
    let secrets: Vec<_> = evidence.secrets.iter().filter(|secret| secret.value.len() >= LEAST_SECRET).collect();
    if secrets.is_empty() || evidence.steps.is_empty() {
        return not_seen(evidence, "the client was entrusted with nothing secret");
    }
    let mut findings = Vec::new();
    for secret in &secrets {
        for (index, step) in evidence.numbered() {
            for (place, text) in [("standard output", &step.stdout), ("standard error", &step.stderr)] {
                if let Some(line) = text.lines().position(|line| line.contains(&secret.value)) {
                    let what = format!("wrote the {} to its {place}", secret.name);
                    let proof = verdict::Evidence::output(index, place).at(format!("line {}", line + 1));
                    findings.push(Finding::new(what).with(proof));
                }
            }
        }
        // The journal shows a secret it knows only by its digest.
        let digest = digest(&secret.value);
        let shows = |entry: &&Entry| entry.target.contains(&secret.value) || entry.target.contains(&digest);
        if let Some(entry) = evidence.journal.entries().iter().find(shows) {
            findings.push(Finding::new(format!("sent the {} in an address", secret.name)).with(shown(entry)));
        }
        let carries = |entry: &&Entry| {
            entry.request.headers.iter().any(|(_, value)| value.contains(&secret.value) || value.contains(&digest))
        };
        let abroad = evidence.journal.entries().iter().filter(|entry| !at_home(evidence, entry)).find(carries);
        if let Some(entry) = abroad {
            let host = entry.request_header("host").unwrap_or_default();
            let what = format!("sent the {} to {host}", secret.name);
            findings.push(Finding::new(what).with(shown(entry).at("host").measuring(host)));
        }
    }
    let measured =
        format!("{} secrets in {} requests, output and log", secrets.len(), evidence.journal.entries().len());
    judged(evidence, findings, measured)
}

/// Whether a request went to the host the client was told.
fn at_home(evidence: &Evidence, entry: &Entry) -> bool {
    let own = evidence.base_url.split_once("://").map_or("", |(_, rest)| rest.split('/').next().unwrap_or_default());
    entry.request_header("host").is_none_or(|host| host.eq_ignore_ascii_case(own))
}

/// How journal v1 writes a secret.
fn digest(secret: &str) -> String {
    let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, secret.as_bytes());
    let hex: String = hash.as_ref().iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    format!("sha256:{hex}")
}

#[cfg(test)]
mod tests {
    use super::super::testing::{call, evidence, findings, passes, skips};
    use super::*;
    use crate::client_target::{Drive, Secret};

    #[test]
    fn a_token_in_an_address_or_a_log_is_found() {
        let secrets = vec![Secret { name: "access token", value: "at_0123456789".to_owned() }];
        let quiet = evidence(Drive::Sync, vec![call(0, "accounts.list", "GET /plain/accounts", 200)]);
        passes(&CHECK, &Evidence { secrets: secrets.clone(), ..quiet.clone() });
        skips(&CHECK, &quiet);
        let line = "GET /plain/accounts?access_token=at_0123456789";
        let hidden = format!("GET /plain/accounts?access_token={}", digest("at_0123456789"));
        let hidden = evidence(Drive::Sync, vec![call(0, "accounts.list", &hidden, 400)]);
        assert_eq!(
            findings(&CHECK, &Evidence { secrets: secrets.clone(), ..hidden }),
            "sent the access token in an address"
        );
        let mut loud = evidence(Drive::Sync, vec![call(0, "accounts.list", line, 400)]);
        loud.secrets = secrets;
        loud.steps[0].stderr = "started\nGET /accounts Bearer at_0123456789\n".to_owned();
        insta::assert_snapshot!(findings(&CHECK, &loud), @r"
        wrote the access token to its standard error
        sent the access token in an address
        ");
    }
}
