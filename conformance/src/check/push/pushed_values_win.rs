//! A parameter in the browser must not change what the client pushed.

use crate::check::{Area, Check, Run};
use crate::probe::{BankProbe, Judgement, judged};
use crate::verdict::{Finding, Verdict};

pub(super) static CHECK: Check = Check {
    slug: "pushed-values-win",
    ids: &["N08"],
    title: "what was pushed counts, not what stands beside `request_uri`",
    source: "RFC 9101 §6.3; FAPI 2.0 Security Profile §5.3.2.2",
    advice: "Take every parameter from the pushed request and ignore the others.",
    area: Area::Authorization,
    params: &[],
    run: Run::Bank(|bank| judged(run(bank))),
};

async fn run(bank: &BankProbe) -> Judgement {
    let pushed = bank.authorization(bank.scopes()).await?;
    let state = pushed.param("state").unwrap_or_default().to_owned();
    let other = bank.fresh("state");
    let referring = bank.referring(&pushed).await?.with("state", &other).with("scope", "openid");
    let landing = bank.authorize(&referring).await?;
    let said = landing.param("state");
    let mut findings = Vec::new();
    if said == Some(other.as_str()) {
        let what = "the `state` beside `request_uri` came back; that of the pushed request is due";
        findings.push(Finding::new(what).with(landing.reply().evidence()));
    } else if landing.param("code").is_some() && said != Some(state.as_str()) {
        let what = "the pushed `state` did not come back with the code";
        findings.push(Finding::new(what).with(landing.reply().evidence()));
    }
    Ok(Verdict::from_findings(findings, "the pushed state came back, or the request was refused"))
}
