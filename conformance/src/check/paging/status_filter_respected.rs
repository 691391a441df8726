//! A client that asks for booked entries and gets holds counts money that may never move.

use bank_fixtures::record::TransactionStatus;

use super::sample;
use crate::check::{Area, Check, Run};
use crate::probe::{BankProbe, Judgement, judged};
use crate::verdict::{Finding, Verdict};

pub(super) static CHECK: Check = Check {
    slug: "status-filter-respected",
    ids: &["B10"],
    title: "a status filter shows the entries of that status and all of them",
    source: "docs/generic-api.md (transactions)",
    advice: "Honour `status=booked`, `pending` and `all`.",
    area: Area::Paging,
    params: &[],
    run: Run::Bank(|bank| judged(run(bank))),
};

async fn run(bank: &BankProbe) -> Judgement {
    let sample = sample(bank).await?;
    let all = bank.rows(&sample.account, &sample.query(100)).await?;
    let mut findings = Vec::new();
    for (word, status) in [("booked", TransactionStatus::Booked), ("pending", TransactionStatus::Pending)] {
        let shown = bank.rows(&sample.account, &format!("{}&status={word}", sample.query(100))).await?;
        for row in shown.iter().filter(|row| row.record.status != status) {
            findings.push(Finding::new(format!("{} is shown for status={word}", row.id())).with(row.evidence()));
        }
        let missing = all.iter().filter(|row| row.record.status == status);
        for row in missing.filter(|row| !shown.iter().any(|seen| seen.record.id == row.record.id)) {
            findings.push(Finding::new(format!("{} is not shown for status={word}", row.id())).with(row.evidence()));
        }
    }
    Ok(Verdict::from_findings(findings, format!("{} rows filtered by booked and pending", all.len())))
}
