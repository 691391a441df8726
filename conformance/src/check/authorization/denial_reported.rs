//! A client that hears nothing asks again.

use crate::check::{Area, Check, Run};
use crate::flow::Landing;
use crate::probe::{BankProbe, Judgement, Trouble, judged};
use crate::verdict::{Finding, Verdict};

pub(super) static CHECK: Check = Check {
    slug: "denial-reported",
    ids: &["N74"],
    title: "when the account holder says no, the client is told so",
    source: "RFC 6749 §4.1.2.1; RFC 9207 §2",
    advice: "Redirect with `access_denied`, `state` and, where it is supported, `iss`.",
    area: Area::Authorization,
    params: &[],
    run: Run::Bank(|bank| judged(run(bank))),
};

async fn run(bank: &BankProbe) -> Judgement {
    let authorization = bank.authorization(bank.scopes()).await?;
    let landing = bank.deny(&authorization).await?;
    let Landing::Client { .. } = landing else {
        return Err(Trouble::Unobservable(format!("the pages have no way to say no: {}", landing.reply().exchange)));
    };
    let mut findings = Vec::new();
    if landing.param("error") != Some("access_denied") || landing.param("code").is_some() {
        let said = landing.param("error").unwrap_or("no error");
        let what = format!("a refusal by the account holder came back as `{said}`; `access_denied` is due");
        findings.push(Finding::new(what).with(landing.reply().evidence()));
    }
    if landing.param("state") != authorization.param("state") {
        findings.push(Finding::new("the refusal came back without its `state`").with(landing.reply().evidence()));
    }
    Ok(Verdict::from_findings(findings, "access_denied with its state"))
}
