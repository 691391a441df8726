//! A short page in the middle reads as the end of the list.

use super::sample;
use crate::check::{Area, Check, Run};
use crate::normalise::generic;
use crate::probe::{BankProbe, Judgement, judged};
use crate::verdict::{Finding, Verdict};

pub(super) static CHECK: Check = Check {
    slug: "limit-respected",
    ids: &["H7"],
    title: "a page has as many rows as asked for, while there are more",
    source: "docs/generic-api.md (lists)",
    advice: "Fill pages to `limit`; only the last one may be shorter. Without `limit` give 25.",
    area: Area::Paging,
    params: &[],
    run: Run::Bank(|bank| judged(run(bank))),
};

async fn run(bank: &BankProbe) -> Judgement {
    let sample = sample(bank).await?;
    let mut findings = Vec::new();
    for (query, limit) in [("?limit=1", 1), ("?limit=3", 3), ("", 25)] {
        let (reply, document) = bank.get_json(&format!("/accounts/{}/transactions{query}", sample.account)).await?;
        let page = generic::transactions(&document, &sample.account).value;
        let is_wrong = page.rows > limit || (page.next.is_some() && page.rows < limit);
        if is_wrong {
            let what = format!(
                "a page of at most {limit} rows has {} and {} next page",
                page.rows,
                if page.next.is_some() { "a" } else { "no" }
            );
            findings.push(Finding::new(what).with(reply.evidence().at("/data")));
        }
    }
    Ok(Verdict::from_findings(findings, "limits 1, 3 and none"))
}
