//! A row shown twice is money counted twice.

use super::sample;
use crate::check::{Area, Check, Run};
use crate::probe::{BankProbe, Judgement, judged};
use crate::verdict::{Finding, Verdict};

pub(super) static CHECK: Check = Check {
    slug: "no-row-doubled",
    ids: &["H5"],
    title: "no row appears on two pages",
    source: "docs/generic-api.md (lists)",
    advice: "Give the list a total order and let the next page begin after the last row of this one.",
    area: Area::Paging,
    params: &[],
    run: Run::Bank(|bank| judged(run(bank))),
};

async fn run(bank: &BankProbe) -> Judgement {
    let sample = sample(bank).await?;
    let rows = bank.rows(&sample.account, &sample.query(7)).await?;
    let mut findings = Vec::new();
    for (index, row) in rows.iter().enumerate() {
        let first =
            rows[..index].iter().find(|earlier| earlier.record.id.is_some() && earlier.record.id == row.record.id);
        if let Some(first) = first {
            let what = format!("{} appears twice when the list is read in pages of 7", row.id());
            findings.push(Finding::new(what).with(first.evidence()).with(row.evidence()));
        }
    }
    Ok(Verdict::from_findings(findings, format!("{} rows, none twice", rows.len())))
}
