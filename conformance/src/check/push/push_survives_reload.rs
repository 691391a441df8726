//! Link previews and impatient people load a page twice.

use crate::check::{Area, Check, Run};
use crate::probe::{BankProbe, Judgement, judged};
use crate::verdict::{Finding, Verdict};

pub(super) static CHECK: Check = Check {
    slug: "push-survives-reload",
    ids: &["N11"],
    title: "loading the login page does not use the `request_uri` up",
    source: "FAPI 2.0 Security Profile §5.3.2.2 (note on link previews); RFC 9126 §4",
    advice: "Count a `request_uri` as used when its request is completed, not when its page is loaded.",
    area: Area::Authorization,
    params: &[],
    run: Run::Bank(|bank| judged(run(bank))),
};

async fn run(bank: &BankProbe) -> Judgement {
    let pushed = bank.authorization(bank.scopes()).await?.without("login_hint");
    let referring = bank.referring(&pushed).await?;
    let first = bank.begin(&referring).await?;
    let second = bank.begin(&referring).await?;
    let is_shown = |status: u16| (200..400).contains(&status);
    let mut findings = Vec::new();
    if is_shown(first.status()) && !is_shown(second.status()) {
        let what = format!("the page was shown once and then answered {}", second.status());
        findings.push(Finding::new(what).with(first.evidence()).with(second.evidence()));
    }
    Ok(Verdict::from_findings(findings, "shown twice"))
}
