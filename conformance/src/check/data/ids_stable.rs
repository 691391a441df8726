//! Ids that change make a client import everything again, as new.

use crate::check::{Area, Check, Run};
use crate::probe::{BankProbe, Judgement, Row, judged};
use crate::verdict::{Finding, Verdict};

/// How many entries are read again.
const ROWS: usize = 150;

pub(super) static CHECK: Check = Check {
    slug: "ids-stable",
    ids: &["A11"],
    title: "reading again gives the same ids for the same entries",
    source: "docs/generic-api.md (resources)",
    advice: "Keep ids: the same account and the same entry have the same id in every read and under every consent.",
    area: Area::Data,
    params: &[],
    run: Run::Bank(|bank| judged(run(bank))),
};

async fn run(bank: &BankProbe) -> Judgement {
    let earlier = bank.reading().await?;
    let Some(account) = earlier.accounts.iter().max_by_key(|account| account.rows.len()) else {
        return Ok(Verdict::inconclusive("the account holder has no account"));
    };
    let booked: Vec<&Row> = account.rows.iter().filter(|row| row.record.booking_date.is_some()).take(ROWS).collect();
    let Some(from) = booked.last().and_then(|row| row.record.booking_date) else {
        return Ok(Verdict::inconclusive("no booked entry to read again"));
    };
    let again = bank.entries(&account.account.id, from).await?;
    let mut findings = Vec::new();
    for row in &booked {
        match again.iter().find(|again| again.record.id == row.record.id) {
            None => {
                let what = format!("{} is not there when the list is read again", row.id());
                findings.push(Finding::new(what).with(row.evidence()));
            }
            Some(again) if again.record != row.record => {
                let what = format!("{} is another entry when the list is read again", row.id());
                findings.push(Finding::new(what).with(row.evidence()).with(again.evidence()));
            }
            Some(_) => {}
        }
    }
    Ok(Verdict::from_findings(findings, format!("{} booked entries read twice", booked.len())))
}
