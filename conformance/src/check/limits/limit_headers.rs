//! A client that sees the limit coming does not hit it.

use super::limit_parameter;
use crate::check::{Area, Check, Run};
use crate::probe::{BankProbe, Judgement, judged};
use crate::verdict::{Finding, Verdict};

pub(super) static CHECK: Check = Check {
    slug: "limit-headers",
    ids: &["J3"],
    title: "answers say what the limit is and what is left of it",
    source: "draft-ietf-httpapi-ratelimit-headers-10 §3, §4; docs/generic-api.md (failures)",
    advice: "Send `RateLimit-Policy` and `RateLimit` with every answer of a limited operation, counting down.",
    area: Area::Limits,
    params: &[],
    run: Run::Bank(|bank| judged(run(bank))),
};

async fn run(bank: &BankProbe) -> Judgement {
    let first = bank.get("/accounts").await?;
    let second = bank.get("/accounts").await?;
    if first.header("ratelimit-policy").is_none() && first.header("ratelimit").is_none() {
        return Ok(Verdict::skipped("the bank announces no limit"));
    }
    let mut findings = Vec::new();
    for (header, parameter) in [("ratelimit-policy", "q"), ("ratelimit", "r")] {
        if limit_parameter(&first, header, parameter).is_none() {
            let said = first.header(header).unwrap_or("nothing");
            let what = format!("`{header}` says `{said}`; a number `{parameter}` is due in it");
            findings.push(Finding::new(what).with(first.evidence().at(format!("header {header}"))));
        }
    }
    let left = |reply| limit_parameter(reply, "ratelimit", "r");
    let (before, after) = (left(&first), left(&second));
    let quota = limit_parameter(&first, "ratelimit-policy", "q");
    if let (Some(before), Some(after), Some(quota)) = (before, after, quota)
        && (before > quota || after > before)
    {
        let what = format!("of {quota} calls {before} were left, and {after} after one more");
        findings.push(Finding::new(what).with(first.evidence()).with(second.evidence()));
    }
    let measured = format!("{} calls left, then {}", before.unwrap_or_default(), after.unwrap_or_default());
    Ok(Verdict::from_findings(findings, measured))
}
