//! Prefix or pattern matching of redirect addresses is the classic way to lose codes.

use super::expect_page;
use crate::check::{Area, Check, Run};
use crate::probe::{BankProbe, Judgement, judged};
use crate::verdict::Verdict;

pub(super) static CHECK: Check = Check {
    slug: "redirect-matched-exactly",
    ids: &["N02"],
    title: "near misses of a registered redirect address are refused",
    source: "RFC 9700 §2.1; RFC 6749 §3.1.2.3",
    advice: "Compare redirect addresses as strings; the port of a loopback address is the only part that may differ (RFC 8252 §7.3).",
    area: Area::Authorization,
    params: &[],
    run: Run::Bank(|bank| judged(run(bank))),
};

async fn run(bank: &BankProbe) -> Judgement {
    let right = bank.registration()?.redirect_uri.clone();
    let variants = near_misses(&right);
    let mut findings = Vec::new();
    for variant in &variants {
        let wrong = bank.authorization(bank.scopes()).await?.with("redirect_uri", variant);
        let landing = bank.authorize(&wrong).await?;
        findings.extend(expect_page(&landing, &format!("redirect_uri `{variant}` (registered: `{right}`)")));
    }
    Ok(Verdict::from_findings(findings, format!("{} near misses refused", variants.len())))
}

fn near_misses(right: &str) -> Vec<String> {
    let mut variants = vec![
        format!("{right}/"),
        format!("{right}/extra"),
        format!("{right}/../other"),
        format!("{right}?extra=1"),
        format!("{right}#fragment"),
        format!("{right}%2e"),
    ];
    if let Some((scheme, rest)) = right.split_once("://") {
        variants.push(format!("{scheme}://user@{rest}"));
        if let Some((host, path)) =
            rest.split_once('/').filter(|(_, path)| path.chars().any(|c| c.is_ascii_lowercase()))
        {
            variants.push(format!("{scheme}://{host}/{}", path.to_ascii_uppercase()));
        }
    }
    variants
}
