//! Where a client learns the addresses: a wrong issuer there is how mix-up attacks begin.

use url::Url;

use crate::check::{Area, Check, Run};
use crate::flow::read_metadata;
use crate::http::{Reply, Request};
use crate::probe::reading::same_origin;
use crate::probe::{BankProbe, Judgement, judged};
use crate::verdict::{Finding, Verdict};

pub(super) static CHECK: Check = Check {
    slug: "metadata-issuer",
    ids: &[],
    title: "discovery documents name the issuer exactly and put every endpoint at it",
    source: "RFC 8414 §3.3; OpenID Connect Discovery 1.0 §4.3",
    advice: "Serve the metadata at both well-known forms of the issuer, with `issuer` byte-equal to the address they were asked for.",
    area: Area::Authorization,
    params: &[],
    run: Run::Bank(|bank| judged(run(bank))),
};

async fn run(bank: &BankProbe) -> Judgement {
    let issuer = &bank.target.issuer;
    let mut findings = Vec::new();
    let mut urls = vec![
        format!("{issuer}/.well-known/openid-configuration"),
        format!("{issuer}/.well-known/oauth-authorization-server"),
    ];
    urls.extend(inserted_form(issuer));
    for url in &urls {
        let reply = bank.send(Request::get(url)).await?;
        findings.extend(wrong_document(&reply, issuer));
    }
    Ok(Verdict::from_findings(findings, format!("{} well-known addresses name {issuer}", urls.len())))
}

/// RFC 8414 §3.1: the well-known part goes between host and path.
fn inserted_form(issuer: &str) -> Option<String> {
    let mut url = Url::parse(issuer).ok()?;
    let path = url.path().trim_end_matches('/').to_owned();
    url.set_path(&format!("/.well-known/oauth-authorization-server{path}"));
    Some(url.to_string())
}

fn wrong_document(reply: &Reply, issuer: &str) -> Option<Finding> {
    let url = &reply.exchange.url;
    let finding = |what: String| Some(Finding::new(what).with(reply.evidence()));
    if reply.status() != 200 {
        return finding(format!("{url} was answered {}; the metadata are due", reply.status()));
    }
    let document = match reply.json() {
        Ok(document) => document,
        Err(error) => return finding(format!("{url}: {error}")),
    };
    let metadata = match read_metadata(&document) {
        Ok(metadata) => metadata,
        Err(missing) => return finding(format!("{url} lacks `{missing}`")),
    };
    if metadata.issuer != *issuer {
        return finding(format!("{url} names the issuer `{}`; `{issuer}` is due", metadata.issuer));
    }
    let endpoints =
        [Some(&metadata.authorization_endpoint), Some(&metadata.token_endpoint), metadata.revocation_endpoint.as_ref()];
    match endpoints.into_iter().flatten().find(|endpoint| !same_origin(endpoint, issuer)) {
        Some(foreign) => finding(format!("{url} sends clients to another origin: `{foreign}`")),
        None => None,
    }
}
