//! A row between two pages is money a client never sees.

use super::sample;
use crate::check::{Area, Check, Run};
use crate::probe::{BankProbe, Judgement, judged};
use crate::verdict::{Finding, Verdict};

pub(super) static CHECK: Check = Check {
    slug: "no-row-lost",
    ids: &["H5", "H13"],
    title: "small pages show every row that one large page shows",
    source: "docs/generic-api.md (lists)",
    advice: "Make the union of the pages the whole list, whatever the page size.",
    area: Area::Paging,
    params: &[],
    run: Run::Bank(|bank| judged(run(bank))),
};

async fn run(bank: &BankProbe) -> Judgement {
    let sample = sample(bank).await?;
    let whole = bank.rows(&sample.account, &sample.query(100)).await?;
    let small = bank.rows(&sample.account, &sample.query(7)).await?;
    let mut findings = Vec::new();
    for (which, has, other) in [("small", &small, &whole), ("large", &whole, &small)] {
        for row in other.iter().filter(|row| !has.iter().any(|seen| seen.record.id == row.record.id)) {
            let what = format!("{} is missing when the list is read in {which} pages", row.id());
            findings.push(Finding::new(what).with(row.evidence()));
        }
    }
    Ok(Verdict::from_findings(findings, format!("{} rows in pages of 100 and of 7", whole.len())))
}
