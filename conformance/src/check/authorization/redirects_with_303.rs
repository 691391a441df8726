//! A 307 sends the password to whoever comes next.

use crate::check::{Area, Check, Run};
use crate::probe::{BankProbe, Judgement, judged};
use crate::verdict::{Finding, Verdict};

pub(super) static CHECK: Check = Check {
    slug: "redirects-with-303",
    ids: &["N59"],
    title: "a form with a password is never sent on by 307 or 308",
    source: "RFC 9700 §4.12",
    advice: "Redirect after a login with 303, so that the browser does not send the password on.",
    area: Area::Authorization,
    params: &[],
    run: Run::Bank(|bank| judged(run(bank))),
};

async fn run(bank: &BankProbe) -> Judgement {
    let authorization = bank.authorization(bank.scopes()).await?.without("login_hint");
    let landing = bank.authorize(&authorization).await?;
    let status = landing.reply().status();
    let mut findings = Vec::new();
    if matches!(status, 307 | 308) {
        let what = format!("the way back to the client is a {status}; 303 is due");
        findings.push(Finding::new(what).with(landing.reply().evidence()));
    }
    Ok(Verdict::from_findings(findings, format!("answered {status}")))
}
