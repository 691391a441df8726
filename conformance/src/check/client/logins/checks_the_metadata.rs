//! Metadata are believed of the issuer they were asked of, and nobody else.

use super::SERVER;
use crate::check::{Area, Check, Run};
use crate::client_target::Evidence;
use crate::journal::Entry;
use crate::params::Params;
use crate::verdict::Verdict;

pub(super) static CHECK: Check = Check {
    slug: "checks-the-metadata",
    ids: &[],
    title: "uses no metadata that are another issuer's, lack what it needs, or send its secrets elsewhere",
    source: "RFC 8414 §3.3, §6.2; OpenID Connect Discovery §4.3; house: endpoints are at the issuer's own address",
    advice: "Compare `issuer` byte for byte with the address you asked, and end the login if it differs, if an endpoint is missing, or if one is at another host.",
    area: Area::ClientLogin,
    params: &[],
    run: Run::Client(judge),
};

fn judge(evidence: &Evidence, _: &Params) -> Verdict {
    super::judge(evidence, &["discovery"], uses, "went on with metadata that must not be believed")
}

/// Anything but another look at public documents.
fn uses(entry: &Entry) -> bool {
    let operation = entry.operation.as_deref().unwrap_or_default();
    super::shows_token(entry) || SERVER[2..].iter().any(|part| operation.starts_with(part))
}
