//! A login in an invisible frame is a login of the attacker's choosing.

use crate::check::{Area, Check, Run};
use crate::probe::{BankProbe, Judgement, Trouble, judged};
use crate::verdict::{Finding, Verdict};

pub(super) static CHECK: Check = Check {
    slug: "pages-not-framed",
    ids: &["N56"],
    title: "the bank's pages cannot be put into a frame",
    source: "RFC 9700 §4.16; FAPI 2.0 Security Profile §5.3.2.2",
    advice: "Send `Content-Security-Policy: frame-ancestors 'none'` with every page of the login.",
    area: Area::Authorization,
    params: &[],
    run: Run::Bank(|bank| judged(run(bank))),
};

async fn run(bank: &BankProbe) -> Judgement {
    let authorization = bank.authorization(bank.scopes()).await?.without("login_hint");
    let page = bank.begin(&authorization).await?;
    if page.media_type().as_deref() != Some("text/html") {
        return Err(Trouble::Unobservable(format!("the bank showed no page: {}", page.exchange)));
    }
    let policy = page.header("content-security-policy").unwrap_or_default();
    let is_safe = policy.contains("frame-ancestors 'none'") || policy.contains("frame-ancestors 'self'");
    let mut findings = Vec::new();
    if !is_safe {
        let what = "a page of the login does not forbid frames (`frame-ancestors` in Content-Security-Policy)";
        findings.push(Finding::new(what).with(page.evidence().at("content-security-policy")));
    }
    Ok(Verdict::from_findings(findings, policy.to_owned()))
}
