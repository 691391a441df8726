//! Ids that change make a client import everything again, as new.

use crate::check::{Area, Check, Run};
use crate::probe::{BankProbe, Judgement, judged};
use crate::verdict::{Finding, Verdict};

pub(super) static CHECK: Check = Check {
    slug: "ids-stable",
    ids: &["C2", "N44"],
    title: "reading again gives the same ids for the same entries",
    source: "docs/generic-api.md (resources)",
    advice: "Keep ids: the same account and the same entry have the same id in every read and under every consent.",
    area: Area::Data,
    params: &[],
    run: Run::Bank(|bank| judged(run(bank))),
};

async fn run(bank: &BankProbe) -> Judgement {
    let account = bank.any_account().await?;
    let read = || bank.rows(&account, "status=booked&limit=100");
    let (first, second) = (read().await?, read().await?);
    let mut findings = Vec::new();
    for row in &first {
        let facts = (row.record.amount, row.record.booking_date, &row.record.remittance, row.record.balance_after);
        let same = second.iter().find(|again| again.record.id == row.record.id);
        match same {
            None => {
                let what = format!("{} is not there when the list is read again", row.id());
                findings.push(Finding::new(what).with(row.evidence()));
            }
            Some(again) => {
                let now = (
                    again.record.amount,
                    again.record.booking_date,
                    &again.record.remittance,
                    again.record.balance_after,
                );
                if now != facts {
                    let what = format!("{} is another entry when the list is read again", row.id());
                    findings.push(Finding::new(what).with(row.evidence()).with(again.evidence()));
                }
            }
        }
    }
    Ok(Verdict::from_findings(findings, format!("{} booked entries read twice", first.len())))
}
