//! A server that fetches what a stranger names can be sent anywhere, its own neighbours included.

use crate::check::authorization::expect_error;
use crate::check::{Area, Check, Run};
use crate::probe::{BankProbe, Judgement, judged};
use crate::verdict::Verdict;

pub(super) static CHECK: Check = Check {
    slug: "remote-request-refused",
    ids: &["N51"],
    title: "a `request_uri` that is an address is refused",
    source: "RFC 9101 §10.4; RFC 9126 §7.2",
    advice: "Fetch no request object from an address that is not registered; answer `request_uri_not_supported` or `invalid_request_uri`.",
    area: Area::Authorization,
    params: &[],
    run: Run::Bank(|bank| judged(run(bank))),
};

/// Where nothing should be asked for: the machine itself, its neighbours, and what clouds keep for their machines.
const INSIDE: &[&str] =
    &["http://127.0.0.1:1/", "http://localhost/admin", "http://169.254.169.254/latest/", "https://10.0.0.1/"];

async fn run(bank: &BankProbe) -> Judgement {
    let plain = bank.authorization(bank.scopes()).await?;
    let codes = ["request_uri_not_supported", "invalid_request_uri", "invalid_request"];
    let mut findings = Vec::new();
    for address in INSIDE {
        let landing = bank.authorize_unpushed(&plain.clone().with("request_uri", *address)).await?;
        findings.extend(expect_error(&landing, &codes, &format!("a request at {address}")));
    }
    Ok(Verdict::from_findings(findings, format!("{} addresses refused", INSIDE.len())))
}
