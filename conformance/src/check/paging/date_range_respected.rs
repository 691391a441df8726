//! An exclusive end loses the last day of every fetch.

use super::sample;
use crate::check::{Area, Check, Run};
use crate::probe::{BankProbe, Judgement, judged};
use crate::verdict::{Finding, Verdict};

pub(super) static CHECK: Check = Check {
    slug: "date-range-respected",
    ids: &["C12", "H12"],
    title: "a range of booking dates shows those days, both ends included, and all of them",
    source: "docs/generic-api.md (transactions)",
    advice: "Compare `from` and `to` with the booking date in the bank's own zone, both inclusive.",
    area: Area::Paging,
    params: &[],
    run: Run::Bank(|bank| judged(run(bank))),
};

async fn run(bank: &BankProbe) -> Judgement {
    let sample = sample(bank).await?;
    let (first, last) = sample.days;
    let all = bank.rows(&sample.account, &sample.query(100)).await?;
    let range = bank.rows(&sample.account, &format!("from={first}&to={last}&limit=100")).await?;
    let inside = |date: Option<jiff::civil::Date>| date.is_none_or(|date| first <= date && date <= last);
    let mut findings = Vec::new();
    for row in range.iter().filter(|row| !inside(row.record.booking_date)) {
        let date = row.record.booking_date.map(|date| date.to_string()).unwrap_or_default();
        let what = format!("{} booked on {date} is shown for {first} to {last}", row.id());
        findings.push(Finding::new(what).with(row.evidence()));
    }
    for row in all.iter().filter(|row| inside(row.record.booking_date)) {
        if !range.iter().any(|seen| seen.record.id == row.record.id) {
            let what = format!("{} is not shown for {first} to {last}", row.id());
            findings.push(Finding::new(what).with(row.evidence()));
        }
    }
    Ok(Verdict::from_findings(findings, format!("{} rows from {first} to {last}", range.len())))
}
