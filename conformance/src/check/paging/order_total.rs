//! Without a total order pages overlap or leave gaps as soon as two rows are equal.

use crate::check::{Area, Check, Run};
use crate::probe::{BankProbe, Judgement, judged};
use crate::verdict::{Finding, Verdict};

pub(super) static CHECK: Check = Check {
    slug: "order-total",
    ids: &["H8"],
    title: "pending entries come first, then booked ones, newest first, in the same order every time",
    source: "docs/generic-api.md (transactions)",
    advice: "Sort by booking instant and a tie-breaker that never changes.",
    area: Area::Paging,
    params: &[],
    run: Run::Bank(|bank| judged(run(bank))),
};

async fn run(bank: &BankProbe) -> Judgement {
    let reading = bank.reading().await?;
    let mut findings = Vec::new();
    let mut compared = 0;
    for account in &reading.accounts {
        for pair in account.rows.windows(2) {
            compared += 1;
            let (before, after) = (&pair[0].record, &pair[1].record);
            let wrong = match (before.booking_date, after.booking_date) {
                (Some(_), None) => Some("a pending entry comes after a booked one".to_owned()),
                (Some(first), Some(second)) if first < second => {
                    Some(format!("an entry booked on {second} comes after one booked on {first}"))
                }
                _ => None,
            };
            if let Some(what) = wrong {
                findings.push(Finding::new(what).with(pair[0].evidence()).with(pair[1].evidence()));
            }
        }
    }
    Ok(Verdict::from_findings(findings, format!("{compared} neighbours in order")))
}
