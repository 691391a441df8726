//! What is echoed unencoded becomes a header or a script.

use crate::check::{Area, Check, Run};
use crate::probe::{BankProbe, Judgement, judged};
use crate::verdict::{Finding, Verdict};

pub(super) static CHECK: Check = Check {
    slug: "state-carried-safely",
    ids: &["N53"],
    title: "whatever a client puts into `state` comes back encoded, and breaks nothing",
    source: "RFC 6749 §4.1.2; RFC 9110 §5.5",
    advice: "Encode what is echoed for the place it is put in; refuse what is too long.",
    area: Area::Authorization,
    params: &[],
    run: Run::Bank(|bank| judged(run(bank))),
};

async fn run(bank: &BankProbe) -> Judgement {
    let hostile = "x\r\nset-cookie: a=b\r\n\r\n<script>alert(1)</script>";
    let authorization = bank.authorization(bank.scopes()).await?.with("state", hostile);
    let landing = bank.authorize(&authorization).await?;
    let reply = landing.reply();
    let mut findings = Vec::new();
    if reply.headers("set-cookie").any(|cookie| cookie.starts_with("a=b")) {
        findings.push(Finding::new("a `state` with a line end in it became a header").with(reply.evidence()));
    }
    if reply.media_type().as_deref() == Some("text/html") && reply.text().contains("<script>alert(1)") {
        findings.push(Finding::new("a `state` with markup in it became markup").with(reply.evidence()));
    }
    if landing.param("code").is_some() && landing.param("state") != Some(hostile) {
        findings.push(Finding::new("the `state` did not come back as it was sent").with(reply.evidence()));
    }
    Ok(Verdict::from_findings(findings, "encoded, or refused"))
}
